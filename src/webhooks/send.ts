// One try: sign the frozen bytes, POST them, and say what follows. Writes nothing to the database, and no body or secret to a log.

import { OutboundError } from '../kit/outbound.ts';
import type { Env, WebhookDialect } from '../operation/context.ts';
import type { Claimed } from './claim.ts';
import type { Result } from './record.ts';
import { judge, type Outcome } from './schedule.ts';

export type Target = { url: string; write: WebhookDialect['write']; secrets: Buffer[]; timeout_ms: number };
export type Sent = { result: Result; gone: boolean };

const responseKept = 1_024;

export async function send(env: Env, target: Target, claimed: Claimed): Promise<Sent> {
  const at = env.clock.now();
  // Durations are not business time: a simulated clock stands still during a POST.
  const started = performance.now();
  const { body, headers: signature } = target.write(claimed, target.secrets, at);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Florin-Webhooks/1',
    ...signature,
  };
  const { outcome, error, response } = await env.outbound
    .post(target.url, { headers, body, timeout_ms: target.timeout_ms })
    .then(
      (answer) => ({
        outcome: {
          kind: 'answered',
          status_code: answer.status,
          retry_after: answer.headers['retry-after'],
        } satisfies Outcome,
        error: complaint(answer.status),
        response: storable(answer.body),
      }),
      (cause: unknown) => ({
        outcome: { kind: 'unanswered' } satisfies Outcome,
        error: described(cause),
        response: null,
      }),
    );
  const duration_ms = Math.round(performance.now() - started);
  const verdict = judge(outcome, claimed.tries + 1, env.clock.now(), (env.random.bytes(1)[0] ?? 0) / 255);
  return {
    gone: verdict.kind === 'failed' && verdict.gone,
    result: {
      claimed,
      at,
      duration_ms,
      status_code: outcome.kind === 'answered' ? outcome.status_code : null,
      error,
      response,
      status: verdict.kind === 'again' ? 'pending' : verdict.kind,
      next_try_at: verdict.kind === 'again' ? verdict.at : null,
    },
  };
}

function complaint(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}`;
}

const described = (cause: unknown) =>
  (cause instanceof OutboundError ? `${cause.reason}: ${cause.message}` : 'connection: the request failed').slice(
    0,
    500,
  );

/** Postgres text holds no NUL, and half a surrogate pair is no UTF-8. */
const storable = (body: string) => body.slice(0, responseKept).replaceAll('\0', '\ufffd').toWellFormed();
