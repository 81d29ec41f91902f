// A new coupon. What it takes off is said once and never changed.

import { InputWrapper, NativeSelect, SegmentedControl, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { amountsOf, ByCurrency, type CurrencyText } from '../parts/ByCurrency.tsx';
import { momentOf } from '../parts/days.ts';
import { parts } from '../parts/decimal.ts';
import { MetadataInput, metadataOf } from '../parts/MetadataInput.tsx';
import { toast } from '../parts/toast.tsx';
import { AppliesTo, type Target } from './AppliesTo.tsx';
import { count, Span } from './Span.tsx';
import { t } from './words.ts';

type Props = { close(): void; done(made: Coupon): void };

export function CouponDialog({ close, done }: Props) {
  const { account, zone } = useWho();
  const own = account?.currency ?? 'USD';
  const [name, setName] = useState('');
  const [kind, setKind] = useState('percentage');
  const [percent, setPercent] = useState('');
  const [amounts, setAmounts] = useState<CurrencyText[]>([{ currency: own, text: '' }]);
  const [applies_to, setAppliesTo] = useState('all');
  const [targets, setTargets] = useState<Target[]>([]);
  const [duration, setDuration] = useState('once');
  const [months, setMonths] = useState('3');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [limit, setLimit] = useState('');
  const [minimum, setMinimum] = useState<CurrencyText[]>([]);
  const [metadata, setMetadata] = useState('');
  const add = useChange<Coupon>((made) => {
    toast(t('saved'));
    close();
    done(made);
  });
  const bps = parts(percent, 2);
  const wrong = percent.trim() !== '' && (bps === undefined || bps < 1 || bps > 10_000);
  const off =
    kind === 'percentage'
      ? bps !== undefined && !wrong && { percentage_bps: bps }
      : amounts.length > 0 && amountsOf(amounts) !== undefined && { fixed_amounts: amountsOf(amounts) };
  const least = amountsOf(minimum);
  const most = count(limit);
  const own_data = metadataOf(metadata);
  const holds =
    name.trim() !== '' &&
    off !== false &&
    least !== undefined &&
    most !== 'wrong' &&
    own_data !== undefined &&
    (applies_to === 'all' || targets.length > 0) &&
    (duration !== 'repeating' || typeof count(months) === 'number');
  const moment = (wall: string) => momentOf(wall, zone)?.toISOString();
  return (
    <Ask
      opened
      close={close}
      title={t('add')}
      text={t('fixedTerms')}
      verb={t('add')}
      size="lg"
      busy={add.isPending}
      error={add.error}
      blocked={!holds}
      submit={() =>
        add.mutate({
          path: '/coupons',
          body: {
            name: name.trim(),
            ...off,
            applies_to,
            ...(applies_to === 'all' ? {} : { [applies_to]: targets.map(({ id }) => id) }),
            duration,
            ...(duration === 'repeating' ? { duration_months: count(months) } : {}),
            valid_from: moment(from),
            valid_until: moment(until),
            max_redemptions: most,
            minimum_amounts: least,
            metadata: own_data,
          },
        })
      }
    >
      <TextInput
        label={t('name')}
        description={t('nameHint')}
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <InputWrapper label={t('kind')} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label={t('kind')}
          value={kind}
          onChange={setKind}
          data={(['percentage', 'fixed_amount'] as const).map((value) => ({ value, label: t(value) }))}
        />
      </InputWrapper>
      {kind === 'percentage' ? (
        <TextInput
          label={t('percent')}
          description={t('percentHint')}
          required
          inputMode="decimal"
          rightSection={<span className="faint unit">%</span>}
          value={percent}
          error={wrong ? t('percentWrong') : undefined}
          onChange={(event) => setPercent(event.currentTarget.value)}
        />
      ) : (
        <ByCurrency
          label={t('amounts')}
          description={t('amountsHint')}
          add={t('addCurrency')}
          own={own}
          rows={amounts}
          onChange={setAmounts}
        />
      )}
      <AppliesTo
        kind={applies_to}
        targets={targets}
        onKind={(next) => {
          setAppliesTo(next);
          setTargets([]);
        }}
        onTargets={setTargets}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NativeSelect
          label={t('duration')}
          description={t('durationHint')}
          value={duration}
          onChange={(event) => setDuration(event.currentTarget.value)}
          data={(['once', 'repeating', 'forever'] as const).map((value) => ({ value, label: t(value) }))}
        />
        {duration === 'repeating' && (
          <TextInput
            className="end"
            label={t('months')}
            required
            inputMode="numeric"
            maxLength={3}
            value={months}
            onChange={(event) => setMonths(event.currentTarget.value)}
          />
        )}
      </SimpleGrid>
      <Span from={from} until={until} onFrom={setFrom} onUntil={setUntil} />
      <TextInput
        label={t('limit')}
        placeholder={t('noLimit')}
        inputMode="numeric"
        maxLength={10}
        value={limit}
        onChange={(event) => setLimit(event.currentTarget.value)}
      />
      <ByCurrency
        label={t('minimum')}
        {...(minimum.length > 0 ? { description: t('minimumHint') } : {})}
        add={t('addCurrency')}
        own={own}
        rows={minimum}
        onChange={setMinimum}
      />
      <MetadataInput value={metadata} onChange={setMetadata} />
    </Ask>
  );
}
