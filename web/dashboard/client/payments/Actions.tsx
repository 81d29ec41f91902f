// What can be done with a payment. A button that cannot act says why, for the mouse and for the keyboard.

import { Checkbox, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Payment, Refund } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { AmountInput } from '../parts/AmountInput.tsx';
import { Ask } from '../parts/Ask.tsx';
import { major, minor, money } from '../parts/amount.ts';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { whyNoCancel, whyNoCapture, whyNoRefund } from './actions.ts';
import { t } from './words.ts';

const reasons = ['requested_by_customer', 'duplicate', 'fraudulent', 'other'];

export function Actions({ payment }: { payment: Payment }) {
  const { can } = useWho();
  const [asking, setAsking] = useState<'refund' | 'capture' | 'cancel'>();
  const close = () => setAsking(undefined);
  return (
    <>
      <Act label={t('refund')} why={whyNoRefund(payment, can('refunds:write'))} act={() => setAsking('refund')} />
      <Act label={t('capture')} why={whyNoCapture(payment, can('payments:write'))} act={() => setAsking('capture')} />
      <Act
        label={t('cancelPayment')}
        why={whyNoCancel(payment, can('payments:write'))}
        act={() => setAsking('cancel')}
      />
      {asking === 'refund' && <RefundDialog payment={payment} close={close} />}
      {asking === 'capture' && <CaptureDialog payment={payment} close={close} />}
      {asking === 'cancel' && <CancelDialog payment={payment} close={close} />}
    </>
  );
}

type DialogProps = { payment: Payment; close(): void };

function RefundDialog({ payment, close }: DialogProps) {
  const { currency, amount_refundable: most } = payment;
  const [text, setText] = useState(() => major(most, currency));
  const [reason, setReason] = useState(reasons[0]);
  const [note, setNote] = useState('');
  const refund = useChange<Refund>(() => {
    toast(t('refundDone'));
    close();
  });
  const amount = minor(text, currency);
  return (
    <Ask
      opened
      close={close}
      title={t('refund')}
      text={t('refundText')}
      verb={amount === undefined ? t('refund') : `${t('refund')} ${money(amount, currency)}`}
      danger
      busy={refund.isPending}
      error={refund.error}
      blocked={amount === undefined || amount <= 0}
      submit={() =>
        refund.mutate({
          path: '/refunds',
          body: { payment: payment.id, amount, reason, ...(note.trim() === '' ? {} : { note: note.trim() }) },
        })
      }
    >
      <AmountInput
        label={t('amount')}
        currency={currency}
        value={text}
        onChange={setText}
        most={most}
        description={t('refundMost', { amount: money(most, currency) })}
        required
      />
      <NativeSelect
        label={t('reason')}
        data={reasons.map((value) => ({ value, label: named(value) }))}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Textarea
        label={t('note')}
        description={t('noteHint')}
        maxLength={500}
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Ask>
  );
}

function CaptureDialog({ payment, close }: DialogProps) {
  const { currency, amount_capturable: most } = payment;
  const [text, setText] = useState(() => major(most, currency));
  const [final, setFinal] = useState(false);
  const capture = useChange(() => {
    toast(t('captureDone'));
    close();
  });
  const amount = minor(text, currency);
  return (
    <Ask
      opened
      close={close}
      title={t('capture')}
      text={t('captureText')}
      verb={t('capture')}
      busy={capture.isPending}
      error={capture.error}
      blocked={amount === undefined || amount <= 0}
      submit={() => capture.mutate({ path: `/payments/${payment.id}/capture`, body: { amount, final } })}
    >
      <AmountInput
        label={t('amount')}
        currency={currency}
        value={text}
        onChange={setText}
        most={most}
        description={t('refundMost', { amount: money(most, currency) })}
        required
      />
      <Checkbox label={t('final')} checked={final} onChange={(event) => setFinal(event.currentTarget.checked)} />
    </Ask>
  );
}

function CancelDialog({ payment, close }: DialogProps) {
  const cancel = useChange(() => {
    toast(t('cancelDone'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('cancelPayment')}
      text={t('cancelText')}
      verb={t('cancelPayment')}
      back={t('cancelBack')}
      danger
      busy={cancel.isPending}
      error={cancel.error}
      submit={() => cancel.mutate({ path: `/payments/${payment.id}/cancel` })}
    />
  );
}
