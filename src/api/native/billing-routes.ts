// The native routes of billing: subscriptions, invoices, how failed payments are tried again, test clocks. Holds no logic.

import { cancelPlanChange, cancelSubscription, revokeCancellation } from '../../billing/cancel-subscription.ts';
import { createCreditNote, previewCreditNote } from '../../billing/create-credit-note.ts';
import { createInvoice } from '../../billing/create-invoice.ts';
import { createSubscription } from '../../billing/create-subscription.ts';
import { downloadDocument, openCreditNotePdf, openInvoicePdf } from '../../billing/document/download-document.ts';
import { completeTestClock, deleteTestClock } from '../../billing/end-test-clock.ts';
import {
  getInvoice,
  listInvoices,
  markInvoiceUncollectible,
  payInvoice,
  voidInvoice,
} from '../../billing/manage-invoices.ts';
import { advanceTestClock, createTestClock, getTestClock, listTestClocks } from '../../billing/manage-test-clocks.ts';
import { pauseSubscription, resumeSubscription } from '../../billing/pause-subscription.ts';
import { previewNewSubscription } from '../../billing/preview-new-subscription.ts';
import { previewSubscription } from '../../billing/preview-subscription.ts';
import { getCreditNote, listCreditNotes } from '../../billing/read-credit-notes.ts';
import { getSubscription, listSubscriptions } from '../../billing/read-subscriptions.ts';
import { getSeller, updateSeller } from '../../billing/seller.ts';
import { markInvoicePaid, sendInvoice } from '../../billing/send-invoice.ts';
import { getBillingSettings, updateBillingSettings } from '../../billing/settings.ts';
import { updateSubscription } from '../../billing/update-subscription.ts';
import { voidCreditNote } from '../../billing/void-credit-note.ts';
import { cancelMeterEvent, createMeterEvent, createMeterEvents } from '../../meters/create-events.ts';
import {
  createMeter,
  deactivateMeter,
  getMeter,
  listMeters,
  reactivateMeter,
  updateMeter,
} from '../../meters/manage-meters.ts';
import { listMeterEvents, summarizeMeterEvents } from '../../meters/read-events.ts';
import { type Route, row } from '../route.ts';

export const billingRoutes: readonly Route[] = [
  row('POST', '/v1/subscriptions', createSubscription, 201),
  row('POST', '/v1/subscriptions/preview', previewNewSubscription),
  row('GET', '/v1/subscriptions', listSubscriptions),
  row('GET', '/v1/subscriptions/{id}', getSubscription),
  row('PATCH', '/v1/subscriptions/{id}', updateSubscription),
  row('GET', '/v1/subscriptions/{id}/preview', previewSubscription),
  row('POST', '/v1/subscriptions/{id}/cancel_update', cancelPlanChange),
  row('POST', '/v1/subscriptions/{id}/cancel', cancelSubscription),
  row('POST', '/v1/subscriptions/{id}/revoke_cancellation', revokeCancellation),
  row('POST', '/v1/subscriptions/{id}/pause', pauseSubscription),
  row('POST', '/v1/subscriptions/{id}/resume', resumeSubscription),
  row('POST', '/v1/invoices', createInvoice, 201),
  row('GET', '/v1/invoices', listInvoices),
  row('GET', '/v1/invoices/{id}', getInvoice),
  row('POST', '/v1/invoices/{id}/pay', payInvoice),
  row('POST', '/v1/invoices/{id}/send', sendInvoice),
  row('POST', '/v1/invoices/{id}/mark_paid', markInvoicePaid),
  row('POST', '/v1/invoices/{id}/void', voidInvoice),
  row('POST', '/v1/invoices/{id}/mark_uncollectible', markInvoiceUncollectible),
  { ...row('GET', '/v1/invoices/{id}/pdf', openInvoicePdf), download: downloadDocument as Route['download'] },
  row('POST', '/v1/credit_notes', createCreditNote, 201),
  row('POST', '/v1/credit_notes/preview', previewCreditNote),
  row('GET', '/v1/credit_notes', listCreditNotes),
  row('GET', '/v1/credit_notes/{id}', getCreditNote),
  { ...row('GET', '/v1/credit_notes/{id}/pdf', openCreditNotePdf), download: downloadDocument as Route['download'] },
  row('POST', '/v1/credit_notes/{id}/void', voidCreditNote),
  row('GET', '/v1/seller', getSeller),
  row('PATCH', '/v1/seller', updateSeller),
  row('POST', '/v1/meters', createMeter, 201),
  row('GET', '/v1/meters', listMeters),
  row('GET', '/v1/meters/{id}', getMeter),
  row('PATCH', '/v1/meters/{id}', updateMeter),
  row('POST', '/v1/meters/{id}/deactivate', deactivateMeter),
  row('POST', '/v1/meters/{id}/reactivate', reactivateMeter),
  row('GET', '/v1/meters/{id}/summarize', summarizeMeterEvents),
  row('POST', '/v1/meter_events', createMeterEvent, 201),
  row('POST', '/v1/meter_events/batch', createMeterEvents, 201),
  row('POST', '/v1/meter_events/cancel', cancelMeterEvent),
  row('GET', '/v1/meter_events', listMeterEvents),
  row('GET', '/v1/billing_settings', getBillingSettings),
  row('PATCH', '/v1/billing_settings', updateBillingSettings),
  row('POST', '/v1/test_clocks', createTestClock, 201),
  row('GET', '/v1/test_clocks', listTestClocks),
  row('GET', '/v1/test_clocks/{id}', getTestClock),
  row('POST', '/v1/test_clocks/{id}/advance', advanceTestClock, 202),
  row('POST', '/v1/test_clocks/{id}/complete', completeTestClock),
  row('DELETE', '/v1/test_clocks/{id}', deleteTestClock),
];
