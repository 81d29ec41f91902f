// The native routes of the portal: links to it and what it offers. What customers do in it is not here: its pages call that themselves.

import { createPortalSession, revokePortalSession } from '../../portal/create-portal-session.ts';
import { getPortalSettings, updatePortalSettings } from '../../portal/settings.ts';
import { type Route, row } from '../route.ts';

export const portalRoutes: readonly Route[] = [
  row('POST', '/v1/portal_sessions', createPortalSession, 201),
  row('POST', '/v1/portal_sessions/{id}/revoke', revokePortalSession),
  row('GET', '/v1/portal_settings', getPortalSettings),
  row('PATCH', '/v1/portal_settings', updatePortalSettings),
];
