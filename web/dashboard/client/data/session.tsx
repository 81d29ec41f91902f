// Who is signed in, and for which account they are looking. The account is remembered in this browser and is only a wish: the
// server says of every request whether this person may.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { request } from './request.ts';
import type { MerchantAccount, Session, SessionMerchant } from './types.ts';

const remembered = 'florin.account';
export const sessionKey = ['session'];

export const useSessionQuery = () =>
  useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => {
      const account = localStorage.getItem(remembered) ?? undefined;
      // An account that this person may not see any more is forgotten instead of locking them out.
      return request<Session>('GET', '/session', { account, signal }).catch((error) => {
        if (account === undefined) throw error;
        localStorage.removeItem(remembered);
        return request<Session>('GET', '/session', { signal });
      });
    },
    retry: false,
    staleTime: 60_000,
  });

export type Who = {
  session: Session;
  merchant: SessionMerchant | undefined;
  account: MerchantAccount | undefined;
  zone: string;
  /** `payments:write`, and an operation that a limited role may lack. What cannot be done is not shown; the server refuses it all the same. */
  can(scope: string, operation?: string): boolean;
  choose(account_id: string): void;
};

const Context = createContext<Who | undefined>(undefined);

export function WhoProvider({ session, children }: { session: Session; children: ReactNode }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => localStorage.getItem(remembered) ?? session.account?.id);
  const choose = useCallback(
    (id: string) => {
      localStorage.setItem(remembered, id);
      setChosen(id);
      void client.invalidateQueries({ queryKey: sessionKey });
    },
    [client],
  );
  const who = useMemo<Who>(() => {
    const all = session.merchants.flatMap((merchant) => merchant.accounts.map((account) => ({ merchant, account })));
    const found =
      all.find(({ account }) => account.id === chosen) ??
      all.find(({ account }) => account.id === session.account?.id) ??
      all.find(({ account }) => account.mode === 'sandbox') ??
      all[0];
    const scopes = new Set(session.scopes);
    return {
      session,
      merchant: found?.merchant,
      account: found?.account,
      zone: found?.merchant.time_zone ?? 'UTC',
      can: (scope, operation) =>
        (scopes.has(scope) || scopes.has(scope.split(':')[0] ?? '')) && !scopes.has(`!${operation}`),
      choose,
    };
  }, [session, chosen, choose]);
  return <Context value={who}>{children}</Context>;
}

export function useWho(): Who {
  const who = use(Context);
  if (!who) throw new Error('useWho stands inside the shell.');
  return who;
}

/** Outside the shell nobody is signed in. */
export const useWhoIfAny = (): Who | undefined => use(Context);
