// Who is logged in. The log-in form stands over the page when a session ends, and the page goes on
// where it was.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, setCsrf } from '@/api/client';

export type May = 'read' | 'triage' | 'respond' | 'audit' | 'admin';
export interface Session {
  signed_in: boolean;
  setup_needed?: boolean;
  user?: string;
  role?: string;
  may?: May[];
  csrf?: string;
  idle_until?: string;
  until?: string;
}

const key = ['session'];

export function useSession() {
  return useQuery({
    queryKey: key,
    queryFn: async () => {
      const session = await api<Session>('session', { headers: { 'X-Background': '1' } });
      setCsrf(session.csrf ?? '');
      return session;
    },
    staleTime: 30_000,
    refetchInterval: 60_000,
  });
}

export function useMay(what: May): boolean {
  const { data } = useSession();
  return data?.may?.includes(what) ?? false;
}

export function useSessionActions() {
  const queries = useQueryClient();
  const took = useCallback(
    (session: Session) => {
      setCsrf(session.csrf ?? '');
      queries.setQueryData(key, session);
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    },
    [queries],
  );
  const expired = useCallback(() => void queries.invalidateQueries({ queryKey: key }), [queries]);
  const logOut = useCallback(async () => {
    await api('session', { method: 'DELETE' });
    setCsrf('');
    queries.clear();
    window.location.assign('/');
  }, [queries]);
  return { took, expired, logOut };
}
