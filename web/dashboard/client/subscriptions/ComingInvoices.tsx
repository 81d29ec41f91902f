// What a new subscription would come to: what is charged now and the invoice after it, worked out by the server as the form is filled.
// Asked a moment after the last letter; while the answer is on its way nothing is shown that does not belong to the form.

import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { usePreview } from '../data/api.ts';
import { Refusal } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import type { NewPreview } from '../data/types.ts';
import { day, money } from '../parts/amount.ts';
import { Faint } from '../parts/Bits.tsx';
import { Refused, Waiting } from '../parts/Page.tsx';
import { planText } from './actions.ts';
import { SumTable } from './SumTable.tsx';
import { t } from './words.ts';

const isInput = ({ problem: { status } }: Refusal): boolean => status >= 400 && status < 500 && status !== 429;

/** `body`: as it would be created; undefined while something is missing. */
export function useComing(body: object | undefined) {
  const text = JSON.stringify(body ?? null);
  const [asked] = useDebouncedValue(text, 400);
  const settled = body !== undefined && asked === text;
  const found = usePreview<NewPreview>('/subscriptions/preview', JSON.parse(asked), { enabled: settled });
  return {
    wanted: body !== undefined,
    preview: settled && !found.isFetching ? found.data : undefined,
    error: settled && !found.isFetching ? found.error : undefined,
    refresh: () => void found.refetch(),
    // What the form says wrong is not asked again as it is.
    retry: found.error instanceof Refusal && isInput(found.error) ? undefined : () => void found.refetch(),
  };
}

export function ComingInvoices({ of: { wanted, preview, error, retry } }: { of: ReturnType<typeof useComing> }) {
  return (
    <section aria-label={t('preview')} aria-live="polite" className="preview-sums">
      <Text size="sm" fw={600} mb={4}>
        {t('preview')}
      </Text>
      {!wanted && <Faint>{t('comingWait')}</Faint>}
      {wanted && <Refused error={error} {...(retry ? { retry } : {})} />}
      {wanted && !preview && !error && <Waiting lines={3} />}
      {preview && <Coming preview={preview} />}
    </section>
  );
}

function Coming({ preview: p }: { preview: NewPreview }) {
  const { zone } = useWho();
  const { first_invoice: first, next_invoice: next, currency } = p;
  const sent = p.collection_method === 'send_invoice';
  const dueText = (due_at: string | null) => due_at !== null && t('dueSent', { day: day(due_at, zone) });
  const note = (text: string | false) =>
    text && (
      <Text size="xs" className="faint">
        {text}
      </Text>
    );
  return (
    <>
      <Text size="sm">{firstText(p, zone)}</Text>
      {first.subtotal !== 0 && (
        <>
          <SumTable of={first} currency={currency} label={sent ? t('dueFirst') : t('due')} />
          {first.amount_due > 0 && note(dueText(first.due_at))}
        </>
      )}
      <Text size="sm" fw={600} mt="md">
        {t('comingNext', { at: day(next.made_at, zone) })}
      </Text>
      {note(planText(next.item, currency))}
      {note(t('periodText', { from: day(next.period_start, zone), to: day(next.period_end, zone) }))}
      <SumTable of={next} currency={currency} label={sent ? t('dueFirst') : t('dueThen')} />
      {next.amount_due > 0 && note(dueText(next.due_at))}
      {note(next.item.meter !== null && t('comingUsage'))}
    </>
  );
}

/** What happens at once, in one sentence. */
function firstText({ first_invoice: first, currency, trial_end, charged_now }: NewPreview, zone: string): string {
  if (trial_end !== null) return t('comingTrial', { at: day(trial_end, zone) });
  const values = {
    amount: money(first.amount_due, currency),
    from: day(first.period_start, zone),
    to: day(first.period_end, zone),
  };
  if (first.amount_due === 0) return t('comingFree', values);
  return charged_now > 0 ? t('comingCharged', values) : t('comingSent', values);
}
