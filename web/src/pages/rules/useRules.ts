import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '@/api/client';
import { ruleText, type ListedRule, type Logsources, type RuleActivity } from '@/api/rules';
import type { Rules } from '@/api/types';
import { rowsOf, type ArmedRule } from './ruleRows';

const headers = { 'X-Background': '1' };
export type RuleList = Omit<Rules, 'rules'> & { rules: ListedRule[] };

export function useRuleList() {
  return useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => api<RuleList>('rules', { headers, signal }),
    refetchInterval: 30_000,
  });
}

// The list with everything that is known about each rule. Only the list itself must be there: what
// else fails is left out of the rows.
export function useRuleRows() {
  const list = useRuleList();
  const activity = useQuery({
    queryKey: ['rules', 'activity', 7],
    queryFn: ({ signal }) =>
      api<RuleActivity>('rules/activity', { params: { days: 7 }, headers, signal }),
    refetchInterval: 30_000,
  });
  const logsources = useQuery({
    queryKey: ['rules', 'logsources'],
    queryFn: ({ signal }) =>
      api<Logsources>('rules/logsources', { params: { from: '7d' }, headers, signal }),
    staleTime: 5 * 60_000,
  });
  const armed = useQuery({
    queryKey: ['decisions', 'armed'],
    queryFn: ({ signal }) => api<{ armed: ArmedRule[] }>('decisions/armed', { headers, signal }),
    refetchInterval: 30_000,
  });
  const rows = useMemo(
    () =>
      rowsOf({
        rules: list.data?.rules ?? [],
        issues: list.data?.issues,
        activity: activity.data,
        logsources: logsources.data,
        armed: armed.data?.armed,
      }),
    [list.data, activity.data, logsources.data, armed.data],
  );
  return { list, rows, activity };
}

export function useRuleText(id: string | undefined) {
  return useQuery({
    queryKey: ['rules', 'text', id],
    queryFn: ({ signal }) => ruleText(id!, signal),
    enabled: id !== undefined,
    retry: (count, error) => count < 2 && (error as { status?: number }).status !== 404,
    // The editor begins with it; what another person saves is not put under one's hands.
    staleTime: Infinity,
    gcTime: 0,
  });
}

// After a rule changed everything that is told of rules may be different.
export function useRulesChanged() {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({
      queryKey: ['rules'],
      predicate: (query) => query.queryKey[1] !== 'text' && query.queryKey[1] !== 'check',
    });
    void queries.invalidateQueries({ queryKey: ['decisions', 'armed'] });
  };
}
