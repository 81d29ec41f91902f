// Leaving the portal: the session ends, in whichever browser its cookie is.

import Type from 'typebox';
import { operation } from '../operation/operation.ts';
import { endSession } from './create-portal-session.ts';

export const signOutOfPortal = operation({
  name: 'portal.sign_out',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'write',
  summary: 'Sign out of the portal',
  description: 'At once.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ object: Type.Literal('portal_session') }),
  faults: [],
  async run(ctx, _input, tx) {
    if (ctx.actor.kind === 'portal') await endSession(ctx, tx, ctx.actor.session_id);
    if (ctx.from) ctx.from.cookie = null;
    return { object: 'portal_session' as const };
  },
});
