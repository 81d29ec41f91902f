// A new price of a product, or changes of one. Product and type stay; an edit of the terms writes another snapshot.

import { Checkbox, Group, InputWrapper, NativeSelect, SegmentedControl, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { List, Meter, Price, Product } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { toast } from '../parts/toast.tsx';
import { AmountRows } from './AmountRows.tsx';
import {
  bodyOf,
  draftOf,
  intervals,
  isTiered,
  modelHint,
  models,
  modelText,
  newDraft,
  type PriceDraft,
} from './price-draft.ts';
import { t } from './words.ts';

type Props = { product: Pick<Product, 'id' | 'default_price'>; price?: Price; close(): void };

export function PriceDialog({ product, price, close }: Props) {
  const { account } = useWho();
  const [draft, setDraft] = useState<PriceDraft>(() =>
    price ? draftOf(price) : { ...newDraft(account?.currency ?? 'USD'), is_default: product.default_price === null },
  );
  const set = (changed: Partial<PriceDraft>) => setDraft({ ...draft, ...changed });
  const save = useChange<Price>(() => {
    toast(t('priceSaved'));
    close();
  });
  const body = bodyOf(draft, price !== undefined);
  const recurring = draft.type === 'recurring';
  return (
    <Ask
      opened
      close={close}
      title={price ? t('editPrice') : t('addPrice')}
      text={price ? t('editText') : undefined}
      verb={t('save')}
      size="lg"
      busy={save.isPending}
      error={save.error}
      blocked={body === undefined}
      submit={() =>
        body &&
        save.mutate(
          price
            ? { method: 'PATCH', path: `/prices/${price.id}`, body }
            : { path: '/prices', body: { ...body, product: product.id } },
        )
      }
    >
      {!price && (
        <InputWrapper label={t('type')} labelElement="div">
          <SegmentedControl
            fullWidth
            aria-label={t('type')}
            value={draft.type}
            onChange={(type) => set({ type, ...(draft.model === 'usage' ? { model: 'flat' } : {}) })}
            data={(['recurring', 'one_time'] as const).map((value) => ({ value, label: t(value) }))}
          />
        </InputWrapper>
      )}
      <NativeSelect
        label={t('model')}
        description={modelHint(draft.model)}
        value={draft.model}
        onChange={(event) => set({ model: event.currentTarget.value })}
        data={models
          .filter((value) => value !== 'usage' || recurring)
          .map((value) => ({ value, label: modelText(value) }))}
      />
      {draft.model === 'usage' && <Metered draft={draft} set={set} />}
      <AmountRows
        tiered={isTiered(draft)}
        own={account?.currency ?? 'USD'}
        rows={draft.amounts}
        onChange={(amounts) => set({ amounts })}
      />
      {recurring && <Cycle draft={draft} set={set} />}
      {!isTiered(draft) && <Packs draft={draft} set={set} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('nickname')}
          maxLength={250}
          value={draft.nickname}
          onChange={(event) => set({ nickname: event.currentTarget.value })}
        />
        <TextInput
          label={t('lookupKey')}
          maxLength={200}
          spellCheck={false}
          value={draft.lookup_key}
          onChange={(event) => set({ lookup_key: event.currentTarget.value })}
        />
      </SimpleGrid>
      {product.default_price !== price?.id || !price ? (
        <Checkbox
          label={t('asDefault')}
          checked={draft.is_default}
          onChange={(event) => set({ is_default: event.currentTarget.checked })}
        />
      ) : null}
    </Ask>
  );
}

type PartProps = { draft: PriceDraft; set(changed: Partial<PriceDraft>): void };

function Cycle({ draft, set }: PartProps) {
  return (
    <Group gap="xs" align="start" wrap="nowrap">
      <TextInput
        w={76}
        label={t('every')}
        inputMode="numeric"
        maxLength={4}
        value={draft.count}
        onChange={(event) => set({ count: event.currentTarget.value })}
      />
      <NativeSelect
        flex={1}
        label={t('interval')}
        value={draft.interval}
        onChange={(event) => set({ interval: event.currentTarget.value })}
        data={intervals.map((value) => ({ value, label: t(value) }))}
      />
      <TextInput
        flex={1}
        label={t('trial')}
        inputMode="numeric"
        maxLength={3}
        placeholder="0"
        value={draft.trial}
        onChange={(event) => set({ trial: event.currentTarget.value })}
      />
    </Group>
  );
}

function Packs({ draft, set }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <TextInput
        label={t('packs')}
        description={t('packsHint')}
        inputMode="numeric"
        maxLength={10}
        value={draft.pack}
        onChange={(event) => set({ pack: event.currentTarget.value })}
      />
      {draft.pack.trim() !== '' && (
        <NativeSelect
          label={t('round')}
          className="end"
          value={draft.round}
          onChange={(event) => set({ round: event.currentTarget.value })}
          data={(['up', 'down'] as const).map((value) => ({ value, label: t(value) }))}
        />
      )}
    </SimpleGrid>
  );
}

function Metered({ draft, set }: PartProps) {
  const { can } = useWho();
  const found = useRead<List<Meter>>('/meters', { limit: 100, status: 'active' }, { enabled: can('meters:read') });
  const rows = found.data?.data ?? [];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NativeSelect
        label={t('meter')}
        required
        value={draft.meter}
        error={found.data && rows.length === 0 ? t('needMeter') : undefined}
        onChange={(event) => set({ meter: event.currentTarget.value })}
        data={[
          { value: '', label: t('noMeter') },
          ...rows.map(({ id, display_name }) => ({ value: id, label: display_name })),
        ]}
      />
      <NativeSelect
        label={t('usageTiers')}
        value={draft.tiers_mode}
        onChange={(event) => set({ tiers_mode: event.currentTarget.value })}
        data={[
          { value: '', label: t('flat') },
          { value: 'graduated', label: t('tiered_graduated') },
          { value: 'volume', label: t('tiered_volume') },
        ]}
      />
    </SimpleGrid>
  );
}
