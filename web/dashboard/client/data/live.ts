// Hears that something of the account changed and has the screen ask anew. When the line breaks it is opened again, later each
// time; meanwhile, and where the role may not listen, the page polls.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { send } from './request.ts';
import { useWho } from './session.tsx';

/** Lists that an event of this kind may change; anything of the account when it is not said. */
const touched: Record<string, string[]> = {
  payment: ['/payments', '/overview', '/balances', '/balance_activities', '/events'],
  refund: ['/payments', '/refunds', '/overview', '/balances', '/balance_activities', '/events'],
  dispute: ['/disputes', '/payments', '/overview', '/balances', '/balance_activities', '/events'],
  subscription: ['/subscriptions', '/test_clocks', '/events'],
  invoice: ['/invoices', '/subscriptions', '/test_clocks', '/events'],
  product: ['/products', '/events'],
  price: ['/prices', '/events'],
  coupon: ['/coupons', '/events'],
  payment_link: ['/payment_links', '/events'],
  credit_note: ['/credit_notes', '/invoices', '/subscriptions', '/events'],
  promotion_code: ['/promotion_codes', '/coupons', '/redemptions', '/events'],
};

export function useLive(): boolean {
  const { account, can } = useWho();
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  const allowed = can('events:read');
  const id = account?.id;

  useEffect(() => {
    if (!allowed || id === undefined) return;
    const end = new AbortController();
    let pause_ms = 1_000;
    let again = false;
    let due: ReturnType<typeof setTimeout> | undefined;
    const kinds = new Set<string>();
    let refreshed = 0;
    const refresh = () => {
      due = undefined;
      refreshed = Date.now();
      const paths = new Set([...kinds].flatMap((kind) => touched[kind] ?? ['']));
      kinds.clear();
      void client.invalidateQueries({
        predicate: ({ queryKey: [account_id, path] }) =>
          account_id === id && [...paths].some((prefix) => String(path).startsWith(prefix)),
      });
    };
    const listen = async () => {
      while (!end.signal.aborted) {
        try {
          const response = await send('GET', '/events/stream', { account: id, signal: end.signal });
          const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
          setLive(true);
          // What happened while nobody heard.
          if (again) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === id });
          again = true;
          pause_ms = 1_000;
          let text = '';
          for (;;) {
            const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
            if (done) break;
            text += value;
            const parts = text.split('\n\n');
            text = parts.pop() ?? '';
            for (const part of parts) {
              const kind = /"type":"(\w+)\./.exec(part)?.[1];
              if (kind) kinds.add(kind);
            }
            // A burst of a thousand payments is one refresh, and a busy day one every three seconds.
            if (kinds.size > 0 && due === undefined)
              due = setTimeout(refresh, Math.max(400, refreshed + 3_000 - Date.now()));
          }
        } catch {
          // Opened again below.
        }
        setLive(false);
        await new Promise((done) => setTimeout(done, pause_ms));
        pause_ms = Math.min(pause_ms * 2, 60_000);
      }
    };
    void listen();
    return () => {
      end.abort();
      clearTimeout(due);
    };
  }, [allowed, id, client]);
  return live;
}
