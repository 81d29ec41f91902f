// An invoice as it was made, before it is paid.

import { rowOf, type Template } from '../letter.ts';
import { type Invoiced, invoiceFacts, sampleInvoice } from './invoiced.ts';
import { soldRows } from './sold.ts';

export const invoiceIssued: Template<Invoiced> = {
  kind: 'invoice_issued',
  write(data, words, merchant) {
    const { say, money } = words;
    return {
      subject: say('issued_subject', { merchant, number: data.number }),
      heading: say('issued_heading'),
      paragraphs: [say(data.amount_due === 0 ? 'issued_nothing_due' : 'issued_text', { merchant })],
      amount: { label: say('amount_due'), value: money(data.amount_due, data.currency) },
      ...soldRows(data.sold, data.currency, words),
      ...(data.url === null ? {} : { button: { label: say('view_invoice'), url: data.url } }),
      facts: [
        ...rowOf(say('credit'), data.credit === 0 ? null : money(-data.credit, data.currency)),
        ...invoiceFacts(data, words),
      ],
    };
  },
  sample: sampleInvoice,
};
