// The native API's table: a path, and the operation behind it. The reference and the tests are made from it.

import { detachPaymentMethod } from '../../billing/detach-payment-method.ts';
import {
  archivePrice,
  createPrice,
  getPrice,
  listPrices,
  listSnapshots,
  unarchivePrice,
  updatePrice,
} from '../../catalog/manage-prices.ts';
import {
  archiveProduct,
  createProduct,
  createProductImage,
  getProduct,
  listProducts,
  unarchiveProduct,
  updateProduct,
} from '../../catalog/manage-products.ts';
import { createTaxRate, getTaxRate, listTaxRates, updateTaxRate } from '../../catalog/manage-tax-rates.ts';
import { bootstrapSdk } from '../../checkout/bootstrap.ts';
import { createSession } from '../../checkout/create-session.ts';
import {
  createPaymentLink,
  getPaymentLink,
  listPaymentLinks,
  updatePaymentLink,
} from '../../checkout/manage-payment-links.ts';
import { expireSession, getSession, listSessions } from '../../checkout/manage-sessions.ts';
import { createCoupon, deleteCoupon, getCoupon, listCoupons, updateCoupon } from '../../coupons/manage-coupons.ts';
import {
  createPromotionCode,
  disablePromotionCode,
  enablePromotionCode,
  getPromotionCode,
  listPromotionCodes,
} from '../../coupons/manage-promotion-codes.ts';
import { listRedemptions } from '../../coupons/read-redemptions.ts';
import {
  createCustomer,
  deleteCustomer,
  getCustomer,
  listCustomers,
  updateCustomer,
} from '../../customers/manage-customers.ts';
import { acceptDispute } from '../../disputes/accept-dispute.ts';
import { challengeDispute, updateEvidence } from '../../disputes/challenge-dispute.ts';
import { listFraudWarnings } from '../../disputes/fraud-warning.ts';
import { createFile, getFile, getFileContent, uploadLimit } from '../../disputes/manage-files.ts';
import { getDispute, listDisputes } from '../../disputes/read-disputes.ts';
import { getEvent, listEvents } from '../../events/read-events.ts';
import { rollApiKey, updateApiKey } from '../../identity/change-api-key.ts';
import { getAccount } from '../../identity/configure-account.ts';
import {
  createAccessKey,
  getAccessKey,
  listAccessKeys,
  revokeAccessKey,
  rotateAccessSecret,
  updateAccessKey,
} from '../../identity/manage-access-keys.ts';
import { createApiKey, getApiKey, listApiKeys, revokeApiKey } from '../../identity/manage-api-keys.ts';
import { productPictureLimit } from '../../identity/picture.ts';
import { listBalances } from '../../ledger/balance.ts';
import { cancelPayment } from '../../payments/cancel-payment.ts';
import { capturePayment } from '../../payments/capture-payment.ts';
import { confirmPayment } from '../../payments/confirm-payment.ts';
import { createPayment } from '../../payments/create-payment.ts';
import { createRefund } from '../../payments/create-refund.ts';
import { getCustomerTotals } from '../../payments/customer-totals.ts';
import { increaseAuthorization } from '../../payments/increase-authorization.ts';
import { getPayment, getRefund, getTimeline, listPayments, listRefunds } from '../../payments/read-payments.ts';
import { createCardSetup, getCardSetup } from '../../payments/set-up-card.ts';
import { cancelPayout } from '../../payouts/cancel-payout.ts';
import {
  createBankAccount,
  deleteBankAccount,
  getBankAccount,
  listBankAccounts,
  updateBankAccount,
} from '../../payouts/manage-bank-accounts.ts';
import { getPayout, listPayouts } from '../../payouts/read-payouts.ts';
import { requestPayout } from '../../payouts/request-payout.ts';
import { createReconciliation, reconciliationLimit } from '../../reports/create-reconciliation.ts';
import { downloadReport } from '../../reports/download.ts';
import { openReport } from '../../reports/open-report.ts';
import { getOverview } from '../../reports/overview.ts';
import {
  getReconciliation,
  listReconciliationExceptions,
  listReconciliations,
} from '../../reports/read-reconciliations.ts';
import { getReceivables } from '../../reports/receivables.ts';
import { getTrialBalance } from '../../reports/trial-balance.ts';
import { getRequestLog, listRequestLogs } from '../../requests/read-requests.ts';
import { listActivities } from '../../settlements/activity.ts';
import { settleNow } from '../../settlements/settle.ts';
import { getSettlement, listSettlements, listSettlementTransactions } from '../../settlements/settlement.ts';
import { createToken } from '../../vault/create-token.ts';
import {
  createPaymentMethod,
  getPaymentMethod,
  listPaymentMethods,
  updatePaymentMethod,
} from '../../vault/payment-method.ts';
import { verifyLedger } from '../../verify.ts';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  updateEndpoint,
} from '../../webhooks/manage-endpoints.ts';
import { getDelivery, listDeliveries } from '../../webhooks/read-deliveries.ts';
import { recoverDeliveries } from '../../webhooks/recover-deliveries.ts';
import { resendDelivery } from '../../webhooks/resend-delivery.ts';
import { rotateSecret } from '../../webhooks/rotate-secret.ts';
import { sendTestEvent } from '../../webhooks/send-test-event.ts';
import { disableEndpoint, enableEndpoint } from '../../webhooks/switch-endpoint.ts';
import { type Route, row } from '../route.ts';
import { billingRoutes } from './billing-routes.ts';
import { emailRoutes } from './email-routes.ts';
import { fxRoutes } from './fx-routes.ts';
import { portalRoutes } from './portal-routes.ts';

export const routes: readonly Route[] = [
  row('POST', '/v1/payments', createPayment, 201),
  row('GET', '/v1/payments', listPayments),
  row('GET', '/v1/payments/{id}', getPayment),
  row('GET', '/v1/payments/{id}/timeline', getTimeline),
  row('POST', '/v1/payments/{id}/confirm', confirmPayment),
  row('POST', '/v1/payments/{id}/capture', capturePayment),
  row('POST', '/v1/payments/{id}/cancel', cancelPayment),
  row('POST', '/v1/payments/{id}/increase_authorization', increaseAuthorization),
  row('POST', '/v1/refunds', createRefund, 201),
  row('GET', '/v1/refunds', listRefunds),
  row('GET', '/v1/refunds/{id}', getRefund),
  row('GET', '/v1/disputes', listDisputes),
  row('GET', '/v1/disputes/{id}', getDispute),
  row('PATCH', '/v1/disputes/{id}', updateEvidence),
  row('POST', '/v1/disputes/{id}/challenge', challengeDispute),
  row('POST', '/v1/disputes/{id}/accept', acceptDispute),
  row('GET', '/v1/fraud_warnings', listFraudWarnings),
  { ...row('POST', '/v1/files', createFile, 201), body_limit: uploadLimit },
  row('GET', '/v1/files/{id}', getFile),
  row('GET', '/v1/files/{id}/content', getFileContent),
  row('POST', '/v1/customers', createCustomer, 201),
  row('GET', '/v1/customers', listCustomers),
  row('GET', '/v1/customers/{id}', getCustomer),
  row('GET', '/v1/customers/{id}/totals', getCustomerTotals),
  row('PATCH', '/v1/customers/{id}', updateCustomer),
  row('DELETE', '/v1/customers/{id}', deleteCustomer),
  { ...row('POST', '/v1/product_images', createProductImage, 201), body_limit: productPictureLimit },
  row('POST', '/v1/products', createProduct, 201),
  row('GET', '/v1/products', listProducts),
  row('GET', '/v1/products/{id}', getProduct),
  row('PATCH', '/v1/products/{id}', updateProduct),
  row('POST', '/v1/products/{id}/archive', archiveProduct),
  row('POST', '/v1/products/{id}/unarchive', unarchiveProduct),
  row('POST', '/v1/prices', createPrice, 201),
  row('GET', '/v1/prices', listPrices),
  row('GET', '/v1/prices/{id}', getPrice),
  row('PATCH', '/v1/prices/{id}', updatePrice),
  row('POST', '/v1/prices/{id}/archive', archivePrice),
  row('POST', '/v1/prices/{id}/unarchive', unarchivePrice),
  row('GET', '/v1/prices/{id}/snapshots', listSnapshots),
  row('POST', '/v1/tax_rates', createTaxRate, 201),
  row('GET', '/v1/tax_rates', listTaxRates),
  row('GET', '/v1/tax_rates/{id}', getTaxRate),
  row('PATCH', '/v1/tax_rates/{id}', updateTaxRate),
  row('POST', '/v1/coupons', createCoupon, 201),
  row('GET', '/v1/coupons', listCoupons),
  row('GET', '/v1/coupons/{id}', getCoupon),
  row('PATCH', '/v1/coupons/{id}', updateCoupon),
  row('DELETE', '/v1/coupons/{id}', deleteCoupon),
  row('POST', '/v1/promotion_codes', createPromotionCode, 201),
  row('GET', '/v1/promotion_codes', listPromotionCodes),
  row('GET', '/v1/promotion_codes/{id}', getPromotionCode),
  row('POST', '/v1/promotion_codes/{id}/enable', enablePromotionCode),
  row('POST', '/v1/promotion_codes/{id}/disable', disablePromotionCode),
  row('GET', '/v1/redemptions', listRedemptions),
  row('POST', '/v1/tokens', createToken, 201),
  row('POST', '/v1/payment_methods', createPaymentMethod, 201),
  row('GET', '/v1/payment_methods', listPaymentMethods),
  row('GET', '/v1/payment_methods/{id}', getPaymentMethod),
  row('PATCH', '/v1/payment_methods/{id}', updatePaymentMethod),
  row('DELETE', '/v1/payment_methods/{id}', detachPaymentMethod),
  row('POST', '/v1/card_setups', createCardSetup, 201),
  row('GET', '/v1/card_setups/{id}', getCardSetup),
  row('POST', '/v1/checkout_sessions', createSession, 201),
  row('GET', '/v1/checkout_sessions', listSessions),
  row('GET', '/v1/checkout_sessions/{id}', getSession),
  row('POST', '/v1/checkout_sessions/{id}/expire', expireSession),
  row('POST', '/v1/payment_links', createPaymentLink, 201),
  row('GET', '/v1/payment_links', listPaymentLinks),
  row('GET', '/v1/payment_links/{id}', getPaymentLink),
  row('PATCH', '/v1/payment_links/{id}', updatePaymentLink),
  row('GET', '/v1/sdk/bootstrap', bootstrapSdk),
  row('POST', '/v1/webhook_endpoints', createEndpoint, 201),
  row('GET', '/v1/webhook_endpoints', listEndpoints),
  row('GET', '/v1/webhook_endpoints/{id}', getEndpoint),
  row('PATCH', '/v1/webhook_endpoints/{id}', updateEndpoint),
  row('DELETE', '/v1/webhook_endpoints/{id}', deleteEndpoint),
  row('POST', '/v1/webhook_endpoints/{id}/rotate_secret', rotateSecret),
  row('POST', '/v1/webhook_endpoints/{id}/enable', enableEndpoint),
  row('POST', '/v1/webhook_endpoints/{id}/disable', disableEndpoint),
  row('POST', '/v1/webhook_endpoints/{id}/test', sendTestEvent, 202),
  row('POST', '/v1/webhook_endpoints/{id}/recover', recoverDeliveries, 202),
  row('GET', '/v1/deliveries', listDeliveries),
  row('GET', '/v1/deliveries/{id}', getDelivery),
  row('POST', '/v1/deliveries/{id}/resend', resendDelivery, 202),
  row('GET', '/v1/events', listEvents),
  row('GET', '/v1/events/{id}', getEvent),
  row('POST', '/v1/api_keys', createApiKey, 201),
  row('GET', '/v1/api_keys', listApiKeys),
  row('GET', '/v1/api_keys/{id}', getApiKey),
  row('PATCH', '/v1/api_keys/{id}', updateApiKey),
  row('POST', '/v1/api_keys/{id}/roll', rollApiKey, 201),
  row('DELETE', '/v1/api_keys/{id}', revokeApiKey),
  row('POST', '/v1/access_keys', createAccessKey, 201),
  row('GET', '/v1/access_keys', listAccessKeys),
  row('GET', '/v1/access_keys/{id}', getAccessKey),
  row('PATCH', '/v1/access_keys/{id}', updateAccessKey),
  row('POST', '/v1/access_keys/{id}/rotate_secret', rotateAccessSecret),
  row('DELETE', '/v1/access_keys/{id}', revokeAccessKey),
  row('GET', '/v1/request_logs', listRequestLogs),
  row('GET', '/v1/request_logs/{id}', getRequestLog),
  row('GET', '/v1/account', getAccount),
  row('GET', '/v1/balances', listBalances),
  row('GET', '/v1/balance_activities', listActivities),
  row('POST', '/v1/settlements', settleNow, 201),
  row('GET', '/v1/settlements', listSettlements),
  row('GET', '/v1/settlements/{id}', getSettlement),
  row('GET', '/v1/settlements/{id}/transactions', listSettlementTransactions),
  row('POST', '/v1/bank_accounts', createBankAccount, 201),
  row('GET', '/v1/bank_accounts', listBankAccounts),
  row('GET', '/v1/bank_accounts/{id}', getBankAccount),
  row('PATCH', '/v1/bank_accounts/{id}', updateBankAccount),
  row('DELETE', '/v1/bank_accounts/{id}', deleteBankAccount),
  row('POST', '/v1/payouts', requestPayout, 201),
  row('GET', '/v1/payouts', listPayouts),
  row('GET', '/v1/payouts/{id}', getPayout),
  row('POST', '/v1/payouts/{id}/cancel', cancelPayout),
  row('GET', '/v1/ledger/verification', verifyLedger),
  row('GET', '/v1/ledger/trial_balance', getTrialBalance),
  row('GET', '/v1/overview', getOverview),
  row('GET', '/v1/receivables', getReceivables),
  { ...row('GET', '/v1/reports/{type}', openReport), download: downloadReport as Route['download'] },
  { ...row('POST', '/v1/reconciliations', createReconciliation, 201), body_limit: reconciliationLimit },
  row('GET', '/v1/reconciliations', listReconciliations),
  row('GET', '/v1/reconciliations/{id}', getReconciliation),
  row('GET', '/v1/reconciliations/{id}/exceptions', listReconciliationExceptions),
  ...billingRoutes,
  ...emailRoutes,
  ...portalRoutes,
  ...fxRoutes,
];
