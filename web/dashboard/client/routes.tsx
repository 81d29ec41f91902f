// Which address is which page. Pages are chunks of their own, loaded when they are opened.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Waiting } from './parts/Page.tsx';
import { basePath } from './place.ts';
import { Lost } from './shell/Lost.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

// biome-ignore lint/suspicious/noExplicitAny: what the router takes for a lazily loaded page
type Load = () => Promise<Record<string, any>>;

const out = (path: string, load: Load, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, name) });

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./shell/Shell.tsx'), 'Shell'),
});

const page = (path: string, load: Load, name: string) =>
  createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load, name) });

const first = (path: string, to: string) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    beforeLoad: () => {
      throw redirect({ to });
    },
  });

const tree = root.addChildren([
  out('/sign-in', () => import('./sign-in/SignIn.tsx'), 'SignIn'),
  out('/invitations/$token', () => import('./sign-in/Invitation.tsx'), 'Invitation'),
  out('/reset', () => import('./sign-in/Reset.tsx'), 'AskReset'),
  out('/reset/$token', () => import('./sign-in/Reset.tsx'), 'Reset'),
  shell.addChildren([
    page('/', () => import('./overview/Overview.tsx'), 'Overview'),
    page('/payments', () => import('./payments/Payments.tsx'), 'Payments'),
    page('/payments/$id', () => import('./payments/Payment.tsx'), 'PaymentPage'),
    page('/disputes', () => import('./disputes/Disputes.tsx'), 'Disputes'),
    page('/disputes/$id', () => import('./disputes/Dispute.tsx'), 'DisputePage'),
    page('/customers', () => import('./customers/Customers.tsx'), 'Customers'),
    page('/customers/$id', () => import('./customers/Customer.tsx'), 'CustomerPage'),
    first('/billing', '/billing/subscriptions'),
    page('/billing/subscriptions', () => import('./subscriptions/Subscriptions.tsx'), 'Subscriptions'),
    page('/billing/subscriptions/$id', () => import('./subscriptions/Subscription.tsx'), 'SubscriptionPage'),
    page('/billing/invoices', () => import('./invoices/Invoices.tsx'), 'Invoices'),
    page('/billing/invoices/$id', () => import('./invoices/Invoice.tsx'), 'InvoicePage'),
    page('/products', () => import('./catalog/Products.tsx'), 'Products'),
    page('/products/$id', () => import('./catalog/Product.tsx'), 'ProductPage'),
    page('/products/prices/$id', () => import('./catalog/Price.tsx'), 'PricePage'),
    page('/products/coupons', () => import('./coupons/Coupons.tsx'), 'Coupons'),
    page('/products/coupons/$id', () => import('./coupons/Coupon.tsx'), 'CouponPage'),
    page('/products/codes/$id', () => import('./coupons/Code.tsx'), 'CodePage'),
    page('/products/links', () => import('./payment-links/PaymentLinks.tsx'), 'PaymentLinks'),
    page('/products/links/$id', () => import('./payment-links/PaymentLink.tsx'), 'PaymentLinkPage'),
    page('/products/meters', () => import('./catalog/Meters.tsx'), 'Meters'),
    page('/products/tax-rates', () => import('./catalog/TaxRates.tsx'), 'TaxRates'),
    page('/balances', () => import('./balances/Balances.tsx'), 'Balances'),
    page('/balances/activities', () => import('./balances/Activities.tsx'), 'Activities'),
    page('/balances/settlements', () => import('./balances/Settlements.tsx'), 'Settlements'),
    page('/balances/settlements/$id', () => import('./balances/Settlements.tsx'), 'SettlementPage'),
    page('/balances/payouts', () => import('./balances/Payouts.tsx'), 'Payouts'),
    page('/balances/payouts/$id', () => import('./balances/Payout.tsx'), 'PayoutPage'),
    page('/balances/bank-accounts', () => import('./balances/BankAccounts.tsx'), 'BankAccounts'),
    first('/developers', '/developers/keys'),
    page('/developers/keys', () => import('./developers/Keys.tsx'), 'Keys'),
    page('/developers/access-keys', () => import('./developers/AccessKeys.tsx'), 'AccessKeys'),
    page('/developers/webhooks', () => import('./developers/Webhooks.tsx'), 'Webhooks'),
    page('/developers/webhooks/$id', () => import('./developers/Endpoint.tsx'), 'EndpointPage'),
    page('/developers/events', () => import('./developers/Events.tsx'), 'Events'),
    page('/developers/events/$id', () => import('./developers/Events.tsx'), 'EventPage'),
    page('/developers/requests', () => import('./developers/Requests.tsx'), 'Requests'),
    page('/developers/requests/$id', () => import('./developers/Request.tsx'), 'RequestPage'),
    first('/settings', '/settings/profile'),
    page('/settings/profile', () => import('./settings/Profile.tsx'), 'Profile'),
    page('/settings/users', () => import('./settings/Users.tsx'), 'Users'),
    page('/settings/merchants', () => import('./settings/Merchants.tsx'), 'Merchants'),
    page('/settings/branding', () => import('./settings/Branding.tsx'), 'BrandingPage'),
    page('/settings/account', () => import('./settings/AccountSettings.tsx'), 'AccountSettings'),
    page('/settings/billing', () => import('./settings/Billing.tsx'), 'BillingSettingsPage'),
    page('/settings/emails', () => import('./settings/Emails.tsx'), 'Emails'),
    page('/settings/portal', () => import('./settings/Portal.tsx'), 'PortalPage'),
    page('/settings/audit', () => import('./settings/Audit.tsx'), 'Audit'),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: `${basePath}/dashboard`,
  defaultPendingComponent: () => <Waiting />,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain text both ways: an amount of 100 and the text "100" are the same thing to the API.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
    return text === '' ? '' : `?${text}`;
  },
});
