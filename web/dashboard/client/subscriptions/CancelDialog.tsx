// Asks when a subscription ends and why, and says what of the paid time is unused.

import { Alert, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice, SubscriptionResult, TestClock } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { day, money } from '../parts/amount.ts';
import { Go } from '../parts/Bits.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { unusedOf } from './actions.ts';
import { t } from './words.ts';

const codes = [
  'too_expensive',
  'need_more_features',
  'found_alternative',
  'no_longer_needed',
  'poor_customer_service',
  'poor_usability',
  'poor_quality',
  'other_reasons',
];

export function CancelDialog({ subscription: s, close }: { subscription: SubscriptionResult; close(): void }) {
  const { zone } = useWho();
  const [at, setAt] = useState(s.status === 'incomplete' ? 'now' : 'period_end');
  const [code, setCode] = useState('');
  const [reason, setReason] = useState('');
  const cancel = useChange(() => {
    toast(at === 'now' ? t('canceled') : t('cancelScheduled'));
    close();
  });
  const now = at === 'now';
  return (
    <Ask
      opened
      close={close}
      title={t('cancelTitle')}
      verb={t('cancelTitle')}
      back={t('cancelBack')}
      danger
      busy={cancel.isPending}
      error={cancel.error}
      submit={() =>
        cancel.mutate({
          path: `/subscriptions/${s.id}/cancel`,
          body: {
            at,
            ...(code === '' ? {} : { reason_code: code }),
            ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
          },
        })
      }
    >
      <NativeSelect
        label={t('when')}
        description={now ? t('cancelNowText') : t('cancelEndText')}
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        data={[
          ...(s.status === 'incomplete'
            ? []
            : [{ value: 'period_end', label: t('cancelEnd', { at: day(s.current_period_end, zone) }) }]),
          { value: 'now', label: t('cancelNow') },
        ]}
      />
      {now && <Unused subscription={s} />}
      <NativeSelect
        label={t('cancelCode')}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        data={[{ value: '', label: '–' }, ...codes.map((value) => ({ value, label: named(value) }))]}
      />
      <Textarea
        label={t('cancelNote')}
        maxLength={500}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Ask>
  );
}

/** Of the latest invoice; by the customer's own time, when a test clock moves it. */
export function Unused({ subscription: s }: { subscription: SubscriptionResult }) {
  const { can } = useWho();
  const reads = can('invoices:read') && s.latest_invoice !== null;
  const invoice = useRead<Invoice>(`/invoices/${s.latest_invoice}`, {}, { enabled: reads });
  const clock = useRead<TestClock>(
    `/test_clocks/${s.test_clock}`,
    {},
    { enabled: s.test_clock !== null && can('test_clocks:read') },
  );
  const ended = s.ended_at === null ? undefined : Date.parse(s.ended_at);
  const now = ended ?? (clock.data ? Date.parse(clock.data.frozen_time) : Date.now());
  const unused = unusedOf(invoice.data, now);
  const payment = invoice.data?.payment;
  if (unused === 0) return null;
  return (
    <Alert color="yellow" variant="light">
      <Stack gap={4}>
        <Text size="sm">{t('refundHint', { amount: money(unused, s.currency) })}</Text>
        {payment && can('payments:read') && (
          <Text size="sm">
            <Go to={`/payments/${payment}`}>{t('refundLink')}</Go>
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
