// A postal address in one line, in the order in which it is written on an envelope.

type Address = {
  line1?: string | undefined;
  line2?: string | undefined;
  city?: string | undefined;
  state?: string | undefined;
  postal_code?: string | undefined;
  country?: string | undefined;
};

export const addressLine = (address: Address | null | undefined): string | null =>
  address
    ? [
        address.line1,
        address.line2,
        [address.postal_code, address.city].filter(Boolean).join(' '),
        address.state,
        address.country,
      ]
        .filter(Boolean)
        .join(', ')
    : null;
