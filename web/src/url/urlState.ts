// What is looked at lives in the address: a link is the way to hand over, and Back always works.
//   q      the query             from, to   the time range
//   open   what the drawer shows: event:SEQ or alert:ID
//   kind, value   the entity that the page is about: address, user, host or session
// Pages may add members of their own.
import { useCallback } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';

export type UrlState = Record<string, string | undefined>;

export function parseUrlState(raw: Record<string, unknown>): UrlState {
  const state: UrlState = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined && value !== null && value !== '') state[name] = String(value);
  }
  return state;
}

export function useUrlState(): [UrlState, (patch: UrlState, replace?: boolean) => void] {
  const state = useSearch({ strict: false }) as UrlState;
  const navigate = useNavigate();
  const change = useCallback(
    (patch: UrlState, replace = false) => {
      void navigate({
        to: '.',
        search: (old: UrlState) => parseUrlState({ ...old, ...patch }),
        replace,
      } as never);
    },
    [navigate],
  );
  return [state, change];
}

// What stays when one goes to another page: the time range alone.
export function keepRange(old: UrlState): UrlState {
  return parseUrlState({ from: old.from, to: old.to });
}

// How the router writes a text: one that would be read back as a number stands in quotes.
export function searchText(value: string): string {
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

// The page of an entity, for a link that may also be opened in another tab.
export function entityHref(kind: string, value: string, range: UrlState): string {
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries({ ...keepRange(range), kind, value })) {
    if (text !== undefined) query.set(name, searchText(text));
  }
  return `/entities?${query.toString()}`;
}
