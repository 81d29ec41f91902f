// The paths for people: signing in, their sessions, and what administrators do. Apart from routes.ts, because no key may call them:
// they answer to a session, or to somebody who has none yet.

import { Readable } from 'node:stream';
import { finishSignIn } from '../../identity/finish-sign-in.ts';
import { acceptInvitation, getInvitation } from '../../identity/invitation.ts';
import {
  approveMerchant,
  createMerchant,
  disableMerchant,
  enableMerchant,
  getMerchant,
  listMerchants,
  setLogo,
  updateMerchant,
} from '../../identity/manage-merchants.ts';
import {
  endOtherSessions,
  endSession,
  getSessionOfUser,
  listUserSessions,
  signOut,
} from '../../identity/manage-sessions.ts';
import { getUser, inviteUser, listUsers, updateUser } from '../../identity/manage-users.ts';
import { pictureLimit } from '../../identity/picture.ts';
import { changePassword, getProfile, resetOwnMfa, updateProfile } from '../../identity/profile.ts';
import { type AuditEventObject, auditPages, exportAuditEvents, listAuditEvents } from '../../identity/read-audit.ts';
import { confirmReset, requestReset } from '../../identity/reset-password.ts';
import {
  disableUser,
  enableUser,
  resendInvitation,
  resetUserMfa,
  resetUserPassword,
} from '../../identity/secure-user.ts';
import { signIn } from '../../identity/sign-in.ts';
import { updateBranding } from '../../identity/update-branding.ts';
import { sendTestEmail } from '../../notifications/preview-email.ts';
import type { Ctx } from '../../operation/context.ts';
import { csvLine } from '../../reports/csv.ts';
import { type Route, row } from '../route.ts';

const columns = ['id', 'position', 'created_at', 'action', 'actor', 'actor_name', 'account', 'merchant', 'target'];
const more = ['address', 'browser', 'request_id', 'before', 'after', 'hash'];

const line = (e: AuditEventObject): string =>
  csvLine([
    ...[e.id, e.position, e.created_at, e.action, e.actor.id, e.actor.name, e.account, e.merchant, e.target],
    ...[e.address, e.browser, e.request_id, JSON.stringify(e.before), JSON.stringify(e.after), e.hash],
  ]);

async function* csvOf(ctx: Ctx, filters: Parameters<typeof auditPages>[1]) {
  yield csvLine([...columns, ...more]);
  for await (const page of auditPages(ctx, filters)) yield page.map(line).join('');
}

const downloadAudit: Route['download'] = async (ctx, answer) => {
  const { file_name, filters } = answer as { file_name: string; filters: Parameters<typeof auditPages>[1] };
  return { file_name, content_type: 'text/csv; charset=utf-8', body: Readable.from(csvOf(ctx, filters)) };
};

export const peopleRoutes: readonly Route[] = [
  row('POST', '/v1/sign_in', signIn),
  row('POST', '/v1/sign_in/totp', finishSignIn),
  row('POST', '/v1/password_resets', requestReset, 202),
  row('POST', '/v1/password_resets/confirm', confirmReset),
  row('GET', '/v1/invitations/{token}', getInvitation),
  row('POST', '/v1/invitations/{token}/accept', acceptInvitation),
  row('POST', '/v1/sign_out', signOut),
  row('GET', '/v1/session', getSessionOfUser),
  row('GET', '/v1/sessions', listUserSessions),
  row('DELETE', '/v1/sessions/{id}', endSession),
  row('POST', '/v1/sessions/end_others', endOtherSessions),
  row('GET', '/v1/profile', getProfile),
  { ...row('PATCH', '/v1/profile', updateProfile), body_limit: pictureLimit },
  row('POST', '/v1/profile/password', changePassword),
  row('POST', '/v1/profile/reset_mfa', resetOwnMfa),
  row('GET', '/v1/users', listUsers),
  row('POST', '/v1/users', inviteUser, 201),
  row('GET', '/v1/users/{id}', getUser),
  row('PATCH', '/v1/users/{id}', updateUser),
  row('POST', '/v1/users/{id}/reset_password', resetUserPassword),
  row('POST', '/v1/users/{id}/reset_mfa', resetUserMfa),
  row('POST', '/v1/users/{id}/disable', disableUser),
  row('POST', '/v1/users/{id}/enable', enableUser),
  row('POST', '/v1/users/{id}/resend_invitation', resendInvitation),
  row('GET', '/v1/merchants', listMerchants),
  row('POST', '/v1/merchants', createMerchant, 201),
  row('GET', '/v1/merchants/{id}', getMerchant),
  { ...row('PATCH', '/v1/merchants/{id}', updateMerchant), body_limit: pictureLimit },
  { ...row('POST', '/v1/merchants/{id}/logo', setLogo), body_limit: pictureLimit },
  row('POST', '/v1/emails/send_test', sendTestEmail),
  { ...row('PATCH', '/v1/merchants/{id}/branding', updateBranding), body_limit: pictureLimit },
  row('POST', '/v1/merchants/{id}/approve', approveMerchant),
  row('POST', '/v1/merchants/{id}/disable', disableMerchant),
  row('POST', '/v1/merchants/{id}/enable', enableMerchant),
  row('GET', '/v1/audit_events', listAuditEvents),
  { ...row('GET', '/v1/audit_events/export', exportAuditEvents), download: downloadAudit },
];
