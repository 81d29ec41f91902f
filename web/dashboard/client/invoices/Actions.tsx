// What can be done with an invoice: charged now, voided, given up.

import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice, InvoiceResult, List, PaymentMethod } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { money } from '../parts/amount.ts';
import { cardText, expiryText } from '../parts/card.ts';
import { toast } from '../parts/toast.tsx';
import { whyNoGivingUp, whyNoPay, whyNoVoid } from './actions.ts';
import { t } from './words.ts';

export function Actions({ invoice }: { invoice: Invoice }) {
  const { can } = useWho();
  const [asking, setAsking] = useState<'pay' | 'paid' | 'send' | 'void' | 'give_up'>();
  const close = () => setAsking(undefined);
  const writes = can('invoices:write');
  const path = `/invoices/${invoice.id}`;
  return (
    <>
      <Act label={t('pay')} why={whyNoPay(invoice, writes)} act={() => setAsking('pay')} />
      <Act label={t('markPaid')} why={whyNoPay(invoice, writes)} act={() => setAsking('paid')} />
      {invoice.due_at !== null && (
        <Act label={t('send')} why={whyNoPay(invoice, writes)} act={() => setAsking('send')} />
      )}
      <Act label={t('void')} why={whyNoVoid(invoice, writes)} act={() => setAsking('void')} />
      <Act label={t('uncollectible')} why={whyNoGivingUp(invoice, writes)} act={() => setAsking('give_up')} />
      {asking === 'pay' && <PayDialog invoice={invoice} close={close} />}
      {asking === 'paid' && <PaidDialog invoice={invoice} close={close} />}
      {asking === 'send' && (
        <Sure path={`${path}/send`} title={t('send')} text={t('sendText')} done={t('sent')} harmless close={close} />
      )}
      {asking === 'void' && (
        <Sure path={`${path}/void`} title={t('void')} text={t('voidText')} done={t('voided')} close={close} />
      )}
      {asking === 'give_up' && (
        <Sure
          path={`${path}/mark_uncollectible`}
          title={t('uncollectible')}
          text={t('uncollectibleText')}
          done={t('givenUp')}
          close={close}
        />
      )}
    </>
  );
}

function PayDialog({ invoice, close }: { invoice: Invoice; close(): void }) {
  const { can } = useWho();
  const [method, setMethod] = useState('');
  const [declined, setDeclined] = useState('');
  const cards = useRead<List<PaymentMethod>>(
    '/payment_methods',
    { customer: invoice.customer, limit: 50 },
    { enabled: can('payment_methods:read') },
  );
  const pay = useChange<InvoiceResult>((after) => {
    const payment = after.latest_payment;
    if (after.status !== 'paid' && payment?.decline) {
      setDeclined(t('payFailed', { message: payment.decline.message }));
      return;
    }
    toast(after.status === 'paid' ? t('payDone') : payment?.checkout_url ? t('payActs') : t('payWaits'));
    close();
  });
  const amount = money(invoice.amount_due - invoice.amount_paid, invoice.currency);
  return (
    <Ask
      opened
      close={close}
      title={t('pay')}
      text={t('payText', { amount })}
      verb={t('payVerb', { amount })}
      busy={pay.isPending}
      error={pay.error ?? (declined || undefined)}
      submit={() => {
        setDeclined('');
        pay.mutate({ path: `/invoices/${invoice.id}/pay`, body: method === '' ? {} : { payment_method: method } });
      }}
    >
      <NativeSelect
        label={t('card')}
        value={method}
        onChange={(event) => setMethod(event.currentTarget.value)}
        data={[
          { value: '', label: t('cardUsual') },
          ...(cards.data?.data ?? []).map((row) => ({ value: row.id, label: `${cardText(row)}, ${expiryText(row)}` })),
        ]}
      />
    </Ask>
  );
}

function PaidDialog({ invoice, close }: { invoice: Invoice; close(): void }) {
  const [reference, setReference] = useState('');
  const mark = useChange(() => {
    toast(t('markedPaid'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('markPaid')}
      text={t('markPaidText', { amount: money(invoice.amount_due - invoice.amount_paid, invoice.currency) })}
      verb={t('markPaid')}
      busy={mark.isPending}
      error={mark.error}
      submit={() =>
        mark.mutate({
          path: `/invoices/${invoice.id}/mark_paid`,
          body: reference.trim() === '' ? {} : { reference: reference.trim() },
        })
      }
    >
      <TextInput
        label={t('markPaidReference')}
        description={t('markPaidHint')}
        maxLength={200}
        data-autofocus
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
    </Ask>
  );
}

type SureProps = { path: string; title: string; text: string; done: string; harmless?: boolean; close(): void };

function Sure({ path, title, text, done, harmless = false, close }: SureProps) {
  const change = useChange(() => {
    toast(done);
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={title}
      text={text}
      verb={title}
      danger={!harmless}
      busy={change.isPending}
      error={change.error}
      submit={() => change.mutate({ path })}
    />
  );
}
