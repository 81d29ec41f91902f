// What of a payment link may be changed later, too: what follows paying, until when, how often.

import { Checkbox, NativeSelect, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import type { PaymentLink } from '../data/types.ts';
import { wallTime } from '../parts/days.ts';
import { MetadataInput, metadataOf, metadataText } from '../parts/MetadataInput.tsx';
import { t } from './words.ts';

export type Around = {
  promotion: boolean;
  after: 'thanks' | 'message' | 'url';
  message: string;
  url: string;
  custom: string;
  limit: string;
  expires: string;
  reference: string;
  metadata: string;
};

export const noAround: Around = {
  promotion: false,
  after: 'thanks',
  message: '',
  url: 'https://',
  custom: '',
  limit: '',
  expires: '',
  reference: '',
  metadata: '',
};

export const aroundOf = (link: PaymentLink, zone: string): Around => ({
  promotion: link.allow_promotion_codes,
  after: link.success_url !== null ? 'url' : link.success_message !== null ? 'message' : 'thanks',
  message: link.success_message ?? '',
  url: link.success_url ?? 'https://',
  custom: link.custom_text ?? '',
  limit: link.max_completed_sessions === null ? '' : String(link.max_completed_sessions),
  expires: link.expires_at === null ? '' : wallTime(new Date(link.expires_at), zone),
  reference: link.merchant_reference ?? '',
  metadata: metadataText(link.metadata),
});

/** `change`: what is empty is taken away. Undefined while something does not hold. */
export function aroundBody(around: Around, moment: (wall: string) => string | undefined, change: boolean) {
  const metadata = metadataOf(around.metadata);
  const limit = around.limit.trim();
  if (metadata === undefined || (limit !== '' && !/^[1-9]\d{0,9}$/.test(limit))) return undefined;
  if (around.after === 'message' && around.message.trim() === '') return undefined;
  if (around.after === 'url' && !/^https?:\/\/\S+\.?\S+$/.test(around.url.trim())) return undefined;
  const said = (text: string | undefined) => (text ? text : change ? null : undefined);
  return {
    allow_promotion_codes: around.promotion,
    success_message: said(around.after === 'message' ? around.message.trim() : ''),
    success_url: said(around.after === 'url' ? around.url.trim() : ''),
    custom_text: said(around.custom.trim()),
    max_completed_sessions: limit === '' ? (change ? null : undefined) : Number(limit),
    expires_at: said(moment(around.expires)),
    merchant_reference: said(around.reference.trim()),
    metadata,
  };
}

export function AroundFields({ of, onChange }: { of: Around; onChange(around: Around): void }) {
  const set = (changed: Partial<Around>) => onChange({ ...of, ...changed });
  return (
    <>
      <Checkbox
        label={t('promotion')}
        checked={of.promotion}
        onChange={(event) => set({ promotion: event.currentTarget.checked })}
      />
      <NativeSelect
        label={t('after')}
        value={of.after}
        onChange={(event) => set({ after: event.currentTarget.value as Around['after'] })}
        data={[
          { value: 'thanks', label: t('afterThanks') },
          { value: 'message', label: t('afterMessage') },
          { value: 'url', label: t('afterUrl') },
        ]}
      />
      {of.after === 'message' && (
        <Textarea
          label={t('message')}
          required
          autosize
          maxLength={500}
          value={of.message}
          onChange={(event) => set({ message: event.currentTarget.value })}
        />
      )}
      {of.after === 'url' && (
        <TextInput
          label={t('successUrl')}
          required
          type="url"
          value={of.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
        />
      )}
      <Textarea
        label={t('custom')}
        autosize
        maxLength={500}
        value={of.custom}
        onChange={(event) => set({ custom: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('limit')}
          placeholder={t('noLimit')}
          inputMode="numeric"
          maxLength={10}
          value={of.limit}
          onChange={(event) => set({ limit: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label={t('expires')}
          value={of.expires}
          onChange={(event) => set({ expires: event.currentTarget.value })}
        />
      </SimpleGrid>
      <TextInput
        label={t('reference')}
        description={t('referenceHint')}
        maxLength={200}
        value={of.reference}
        onChange={(event) => set({ reference: event.currentTarget.value })}
      />
      <MetadataInput value={of.metadata} onChange={(metadata) => set({ metadata })} />
    </>
  );
}
