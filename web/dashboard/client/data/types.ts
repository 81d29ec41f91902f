// The objects of the API as its OpenAPI document describes them, and those of people, who sign in here only.

export type {
  AccessKey,
  Account,
  APIKey,
  Balance,
  BalanceActivity,
  BankAccount,
  BillingSettings,
  Coupon,
  CreditNote,
  CreditNotePreview,
  Customer,
  Delivery,
  Dispute,
  EMail,
  EMailPreview,
  EMailSettings,
  Event,
  Invoice,
  InvoiceWithItsPayment as InvoiceResult,
  Meter,
  Payment,
  PaymentLink,
  PaymentMethod,
  Payout,
  PortalSession,
  PortalSettings,
  PreviewOfAChange as Preview,
  PreviewOfANewSubscription as NewPreview,
  Price,
  PriceSnapshot,
  Product,
  PromotionCode,
  Redemption,
  Refund,
  RequestLog,
  Seller,
  Settlement,
  Subscription,
  SubscriptionItem,
  SubscriptionWithItsPayment as SubscriptionResult,
  TaxRate,
  TestClock,
  WebhookEndpoint,
} from '../../../../sdk/server/src/generated/types.ts';

export type CustomerTotals = {
  totals: {
    currency: string;
    payments: number;
    amount_captured: number;
    amount_refunded: number;
    total_spent: number;
  }[];
  counted_from: string | null;
};
export type Receivables = {
  totals: {
    currency: string;
    invoices: number;
    amount: number;
    overdue_invoices: number;
    overdue_amount: number;
  }[];
  counted_from: string | null;
};

export type List<T> = { data: T[]; has_more: boolean };

export type Mode = 'sandbox' | 'live';
export type MerchantAccount = { id: string; mode: Mode; currency: string };
export type SessionMerchant = {
  id: string;
  name: string;
  logo_url: string | null;
  time_zone: string;
  status: string;
  accounts: MerchantAccount[];
};
export type Person = {
  id: string;
  email: string;
  nickname: string | null;
  phone: string | null;
  avatar_url: string | null;
  roles: string[];
  merchants: string[];
  status: 'invited' | 'active' | 'disabled';
  mfa_enrolled: boolean;
  password_temporary: boolean;
  installation_admin: boolean;
  last_sign_in_at: string | null;
  created_at: string;
};
export type Session = {
  id: string;
  user: Person;
  scopes: string[];
  company: { id: string; name: string };
  merchants: SessionMerchant[];
  account: MerchantAccount | null;
  password_change_required: boolean;
  expires_at: string;
};
