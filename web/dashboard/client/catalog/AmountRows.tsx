// The amounts of a price: a row for each currency, and in each, where the model has them, its tiers.

import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { AmountInput } from '../parts/AmountInput.tsx';
import { another, CurrencySelect, TakeAway } from '../parts/ByCurrency.tsx';
import { type AmountDraft, amountDraft, noTier, type TierDraft } from './price-draft.ts';
import { t } from './words.ts';

type Props = { tiered: boolean; own: string; rows: readonly AmountDraft[]; onChange(rows: AmountDraft[]): void };

export function AmountRows({ tiered, own, rows, onChange }: Props) {
  const set = (i: number, changed: Partial<AmountDraft>) =>
    onChange(rows.map((row, at) => (at === i ? { ...row, ...changed } : row)));
  return (
    <Stack gap="xs" role="group" aria-label={t('amounts')}>
      <div aria-hidden>
        <Text size="sm" fw={500}>
          {t('amounts')}
        </Text>
        <Text size="xs" className="faint">
          {t('currencyHint')}
        </Text>
      </div>
      {rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Stack key={i} gap={6}>
          <Group gap="xs" align="start" wrap="nowrap">
            <CurrencySelect value={row.currency} taken={rows} onChange={(currency) => set(i, { currency })} />
            <div className="grow">
              {!tiered && (
                <AmountInput
                  hidden
                  zero
                  label={t('amountIn', { currency: row.currency })}
                  currency={row.currency}
                  value={row.text}
                  onChange={(text) => set(i, { text })}
                />
              )}
            </div>
            {rows.length > 1 && <TakeAway name={row.currency} act={() => onChange(rows.filter((_, at) => at !== i))} />}
          </Group>
          {tiered && <Tiers row={row} onChange={(tiers) => set(i, { tiers })} />}
        </Stack>
      ))}
      <div>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() =>
            onChange([
              ...rows,
              {
                ...amountDraft(another(rows, own)),
                tiers: rows[0]?.tiers.map((tier) => ({ ...noTier, up_to: tier.up_to })) ?? [noTier],
              },
            ])
          }
        >
          {t('addCurrency')}
        </Button>
      </div>
    </Stack>
  );
}

function Tiers({ row, onChange }: { row: AmountDraft; onChange(tiers: TierDraft[]): void }) {
  const { currency, tiers } = row;
  const set = (i: number, changed: Partial<TierDraft>) =>
    onChange(tiers.map((tier, at) => (at === i ? { ...tier, ...changed } : tier)));
  return (
    <Stack gap={6} className="tiers" role="group" aria-label={t('tiers', { currency })}>
      <div className="tier faint" aria-hidden>
        <span>{t('upTo')}</span>
        <span>{t('each')}</span>
        <span>{t('flatFee')}</span>
      </div>
      {tiers.map((tier, i) => {
        const place = i + 1;
        const last = i === tiers.length - 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a tier is its place
          <div className="tier" key={i}>
            <TextInput
              aria-label={t('tierUpTo', { place })}
              inputMode="numeric"
              placeholder={last ? '∞' : ''}
              readOnly={last}
              value={last ? '' : tier.up_to}
              onChange={(event) => set(i, { up_to: event.currentTarget.value })}
            />
            <AmountInput
              hidden
              zero
              label={t('tierEach', { place })}
              currency={currency}
              value={tier.unit}
              onChange={(unit) => set(i, { unit })}
            />
            <AmountInput
              hidden
              zero
              label={t('tierFlat', { place })}
              currency={currency}
              value={tier.flat}
              onChange={(flat) => set(i, { flat })}
            />
            {tiers.length > 1 ? (
              <TakeAway name={t('tier', { place })} act={() => onChange(tiers.filter((_, at) => at !== i))} />
            ) : (
              <span />
            )}
          </div>
        );
      })}
      <div>
        <Button size="compact-xs" variant="default" onClick={() => onChange([...tiers, noTier])}>
          {t('addTier')}
        </Button>
      </div>
    </Stack>
  );
}
