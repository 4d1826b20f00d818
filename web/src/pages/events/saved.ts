// A search as it is kept, and as the address has it.
import type { UrlState } from '@/url/urlState';

export interface SavedSearch {
  query: string;
  range?: string; // a span back from now
  columns?: string[];
}

// A range between two times is not kept: the search is for the next time.
export function savedOf(state: UrlState): SavedSearch {
  const columns = (state.cols ?? '').split(',').filter(Boolean).slice(0, 50);
  const span = !state.to && /^\d{1,9}[smhdw]$/.test(state.from ?? '');
  return {
    query: state.q ?? '',
    ...(span ? { range: state.from } : {}),
    ...(columns.length > 0 ? { columns } : {}),
  };
}

export function urlOf(saved: SavedSearch): UrlState {
  return {
    q: saved.query || undefined,
    cols: saved.columns?.join(',') || undefined,
    live: undefined,
    open: undefined,
    ...(saved.range ? { from: saved.range, to: undefined } : {}),
  };
}
