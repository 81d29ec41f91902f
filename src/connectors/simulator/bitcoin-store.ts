// What the simulated gateway keeps, and what it asks of whoever keeps it; with a store that needs no database, for tests.

export type SimulatorInvoice = {
  account_id: string;
  /** Florin's invoice id: the idempotency key. */
  reference: string;
  provider_reference: string;
  address: string;
  amount: number;
  expires_at: Date;
  created_at: Date;
};

/** Money on its way: nobody sees it before `seen_at`; `confirmed_at` null: it stays out of every block until somebody says so. */
export type Coin = { id: string; amount: number; seen_at: Date; confirmed_at: Date | null };

export type InvoiceStore = {
  /** Writes the invoice, or returns what was written under its reference before. */
  insert(invoice: SimulatorInvoice): Promise<SimulatorInvoice>;
  find(account_id: string, reference: string): Promise<{ invoice: SimulatorInvoice; coins: Coin[] } | undefined>;
  /** For the page that plays a wallet, which knows the reference alone. */
  findPage(reference: string): Promise<{ invoice: SimulatorInvoice; coins: Coin[] } | undefined>;
  /** Shows `decide` the invoice with its coins and writes the coins it returns, with nothing else in between. */
  move(invoice: SimulatorInvoice, decide: (coins: Coin[]) => Coin[]): Promise<void>;
};

export function memoryInvoices(): InvoiceStore {
  const books = new Map<string, { invoice: SimulatorInvoice; coins: Coin[] }>();
  const keyOf = (account_id: string, reference: string) => `${account_id} ${reference}`;
  return {
    async insert(invoice) {
      const key = keyOf(invoice.account_id, invoice.reference);
      const entry = books.get(key) ?? { invoice, coins: [] };
      books.set(key, entry);
      return entry.invoice;
    },
    find: async (account_id, reference) => books.get(keyOf(account_id, reference)),
    findPage: async (reference) => [...books.values()].find((entry) => entry.invoice.reference === reference),
    async move(invoice, decide) {
      const entry = books.get(keyOf(invoice.account_id, invoice.reference));
      if (!entry) return;
      const written = decide(entry.coins);
      entry.coins = [...entry.coins.filter((coin) => !written.some(({ id }) => id === coin.id)), ...written];
    },
  };
}
