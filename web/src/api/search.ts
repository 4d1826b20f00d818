import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { SearchResult } from './types';

export interface SearchAsk {
  query: string;
  from?: string;
  to?: string;
  limit?: number;
  // Aggregations that many people look at may be answered from the server's cache.
  cache?: boolean;
}

// `background`: a page asks by itself; that keeps no session alive.
export function search(
  ask: SearchAsk,
  signal?: AbortSignal,
  background = false,
): Promise<SearchResult> {
  const headers = background ? { 'X-Background': '1' } : undefined;
  return api<SearchResult>('events/search', { body: ask, signal, headers });
}

// A search as a query: cancelled when nobody waits for it, the last answer stays while the next comes.
export function useSearch(ask: SearchAsk, options: { enabled?: boolean; refreshMs?: number } = {}) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ['search', ask],
    queryFn: ({ signal, queryKey }) =>
      search(
        ask,
        signal,
        options.refreshMs !== undefined && queries.getQueryData(queryKey) !== undefined,
      ),
    enabled: options.enabled ?? true,
    refetchInterval: options.refreshMs,
    placeholderData: keepPreviousData,
    retry: (count, error) => count < 2 && (error as { status?: number }).status !== 400,
  });
}

// A field's value as text; several are joined.
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(String).join(', ') : String(value);
}

// field:"value" with everything escaped that the query language would read as its own.
export function term(field: string, value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return `${field}:${value}`;
  const text = String(value);
  if (/^[A-Za-z0-9_.-]+$/.test(text) && !/^(and|or|not)$/i.test(text)) return `${field}:${text}`;
  return `${field}:"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

// Adds a condition to the filter part of a query, before its verbs.
export function withTerm(query: string, condition: string): string {
  const bar = firstPipe(query);
  const filter = (bar < 0 ? query : query.slice(0, bar)).trim();
  const verbs = bar < 0 ? '' : ` ${query.slice(bar).trim()}`;
  if (filter === '' || filter === '*') return condition + verbs;
  if (filter.includes(condition)) return query;
  const whole = /\bor\b/i.test(filter) ? `(${filter})` : filter;
  return `${whole} and ${condition}${verbs}`;
}

// Where the first verb starts: a bar outside quotes; -1 without one.
export function firstPipe(query: string): number {
  let quoted = false;
  for (let i = 0; i < query.length; i += 1) {
    if (query[i] === '\\') i += 1;
    else if (query[i] === '"') quoted = !quoted;
    else if (query[i] === '|' && !quoted) return i;
  }
  return -1;
}

// The filter without its verbs, "*" when it is empty: what a histogram or a top list is made of.
export function filterOf(query: string): string {
  const bar = firstPipe(query);
  const filter = (bar < 0 ? query : query.slice(0, bar)).trim();
  return filter === '' ? '*' : filter;
}
