// The native routes of mails to customers. Holds no logic.

import { previewEmail } from '../../notifications/preview-email.ts';
import { getEmail, listEmails } from '../../notifications/read-emails.ts';
import { getEmailSettings, updateEmailSettings } from '../../notifications/settings.ts';
import { type Route, row } from '../route.ts';

export const emailRoutes: readonly Route[] = [
  row('GET', '/v1/emails', listEmails),
  row('GET', '/v1/emails/preview', previewEmail),
  row('GET', '/v1/emails/{id}', getEmail),
  row('GET', '/v1/email_settings', getEmailSettings),
  row('PATCH', '/v1/email_settings', updateEmailSettings),
];
