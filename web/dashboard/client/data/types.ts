// The objects of the API as its OpenAPI document describes them, and those of people, who sign in here only.

export type {
  AccessKey,
  Account,
  APIKey,
  Balance,
  BalanceActivity,
  BankAccount,
  Customer,
  Delivery,
  Dispute,
  Event,
  Payment,
  PaymentMethod,
  Payout,
  Refund,
  RequestLog,
  Settlement,
  WebhookEndpoint,
} from '../../../../sdk/server/src/generated/types.ts';

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
  expires_at: string;
};
