// What is known of an entity, for its card and its page: one search, its alerts, its decisions.
import { useQuery } from '@tanstack/react-query';
import { api, type Params } from '@/api/client';
import { search } from '@/api/search';
import type { Alert, Cell, Decision } from '@/api/types';
import { fieldOfKind, scopeOfKind, termOf, type EntityKind } from './entity';

const background = { 'X-Background': '1' };
const keepMs = 60_000;

export interface Known {
  events: number;
  first?: string;
  last?: string;
  countries: string[];
  owners: string[];
  ownerNumbers: number[];
}

export const listOf = (cell: Cell): string[] =>
  cell === null || cell === undefined || cell === ''
    ? []
    : (Array.isArray(cell) ? cell : [cell]).map(String);

export function useKnown(kind: EntityKind, value: string, refreshMs?: number) {
  return useQuery({
    queryKey: ['search', 'known', kind, value],
    staleTime: keepMs,
    refetchInterval: refreshMs,
    queryFn: async ({ signal }): Promise<Known> => {
      const answer = await search(
        {
          query:
            `${termOf(kind, value)} | stats count, min(@timestamp) as seen_first, ` +
            'max(@timestamp) as seen_last, values(source.geo.country_iso_code) as countries, ' +
            'values(source.as.organization.name) as owners, values(source.as.number) as numbers',
          from: '30d',
          cache: true,
        },
        signal,
      );
      const row = answer.rows[0] ?? {};
      return {
        events: Number(row.count ?? 0),
        first: listOf(row.seen_first)[0],
        last: listOf(row.seen_last)[0],
        countries: listOf(row.countries),
        owners: listOf(row.owners),
        ownerNumbers: listOf(row.numbers).map(Number).filter(Number.isSafeInteger),
      };
    },
  });
}

// The filter of the list of decisions; an address is also found by a network that holds it.
export function decisionParams(kind: EntityKind, value: string): Params | undefined {
  const scope = scopeOfKind(kind);
  if (!scope) return undefined;
  return scope === 'address' ? { ip: value } : { value, scope };
}

export function useDecisionsOf(kind: EntityKind, value: string, refreshMs?: number) {
  const params = decisionParams(kind, value);
  return useQuery({
    queryKey: ['decisions', 'of', kind, value],
    enabled: params !== undefined,
    staleTime: keepMs,
    refetchInterval: refreshMs,
    queryFn: async ({ signal }) =>
      (
        await api<{ decisions?: Decision[] }>('decisions', {
          params: { state: 'all', limit: 200, ...params },
          signal,
          headers: background,
        })
      ).decisions ?? [],
  });
}

export function useAlertsOf(kind: EntityKind, value: string, refreshMs?: number) {
  return useQuery({
    queryKey: ['alerts', 'of', kind, value],
    staleTime: keepMs,
    refetchInterval: refreshMs,
    queryFn: async ({ signal }) =>
      (
        await api<{ alerts: Alert[] }>('alerts', {
          params: { key: `${fieldOfKind[kind]}=${value}`, limit: 500 },
          signal,
          headers: background,
        })
      ).alerts,
  });
}
