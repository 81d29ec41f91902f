// A reminder of an invoice that is not paid: soon to be paid, or overdue.

import type { Template } from '../letter.ts';
import type { InvoiceDue } from './invoice-sent.ts';
import { invoiceFacts, sampleInvoice } from './invoiced.ts';

export type InvoiceReminder = InvoiceDue & { overdue: boolean };

export const invoiceReminder: Template<InvoiceReminder> = {
  kind: 'invoice_reminder',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const { number } = data;
    const due = date(data.due_at);
    const amount = money(data.amount_due, data.currency);
    const state = data.overdue ? 'overdue' : 'due_soon';
    return {
      subject: say(`${state}_subject`, { merchant, number, date: due }),
      heading: say(`${state}_heading`),
      paragraphs: [say(`${state}_text`, { merchant, number, amount, date: due }), say('reminder_paid')],
      amount: { label: say('amount_due'), value: amount },
      ...(data.url === null ? {} : { button: { label: say('pay_now'), url: data.url } }),
      facts: [{ label: say('due_on'), value: due, strong: true }, ...invoiceFacts(data, words)],
    };
  },
  sample: { ...sampleInvoice, due_at: '2026-03-31T23:59:59Z', overdue: false },
};
