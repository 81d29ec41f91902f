// An invoice that its customer is to pay: how much, until when, and where.

import { rowOf, type Template } from '../letter.ts';
import { type Invoiced, invoiceFacts, sampleInvoice } from './invoiced.ts';
import { soldRows } from './sold.ts';

export type InvoiceDue = Invoiced & { due_at: string };

export const invoiceSent: Template<InvoiceDue> = {
  kind: 'invoice_sent',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const due = date(data.due_at);
    return {
      subject: say('issued_subject', { merchant, number: data.number }),
      heading: say('issued_heading'),
      paragraphs: [say('sent_text', { merchant, date: due })],
      amount: { label: say('amount_due'), value: money(data.amount_due, data.currency) },
      ...soldRows(data.sold, data.currency, words),
      ...(data.url === null ? {} : { button: { label: say('pay_now'), url: data.url } }),
      facts: [
        { label: say('due_on'), value: due, strong: true },
        ...rowOf(say('credit'), data.credit === 0 ? null : money(-data.credit, data.currency)),
        ...invoiceFacts(data, words),
      ],
    };
  },
  sample: { ...sampleInvoice, due_at: '2026-03-31T23:59:59Z' },
};
