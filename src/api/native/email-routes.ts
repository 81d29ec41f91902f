// The native routes of mails to customers. Holds no logic.

import { previewEmail } from '../../notifications/preview-email.ts';
import { getEmail, listEmails } from '../../notifications/read-emails.ts';
import { getEmailSettings, updateEmailSettings } from '../../notifications/settings.ts';
import type { Operation } from '../../operation/operation.ts';
import type { Route } from '../route.ts';

const row = (method: Route['method'], path: string, op: unknown, status: Route['status'] = 200): Route => ({
  method,
  path,
  op: op as Operation,
  status,
});

export const emailRoutes: readonly Route[] = [
  row('GET', '/v1/emails', listEmails),
  row('GET', '/v1/emails/preview', previewEmail),
  row('GET', '/v1/emails/{id}', getEmail),
  row('GET', '/v1/email_settings', getEmailSettings),
  row('PATCH', '/v1/email_settings', updateEmailSettings),
];
