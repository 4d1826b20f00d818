// The live tail: at most `rowsMax` rows are kept, drawn once a frame, and what was left out is said.
import { useEffect, useState } from 'react';
import { apiUrl } from '@/api/client';
import type { Row } from '@/api/types';

const rowsMax = 2_000;

export interface Tail {
  rows: Row[];
  shown: number;
  of: number; // more than shown: the server samples
  state: 'connecting' | 'open' | 'lost';
  problem?: string;
}
const nothing: Tail = { rows: [], shown: 0, of: 0, state: 'connecting' };

export function useTail(query: string, on: boolean, held: boolean): Tail {
  const [tail, setTail] = useState<Tail>(nothing);
  useEffect(() => {
    if (!on) return;
    setTail(nothing);
    let fresh: Row[] = [];
    let frame = 0;
    let sample = { shown: 0, of: 0 };
    const source = new EventSource(apiUrl('events/tail', { q: query }));
    const draw = () => {
      frame = 0;
      const news = fresh.reverse();
      fresh = [];
      setTail((old) => ({ ...old, ...sample, rows: [...news, ...old.rows].slice(0, rowsMax) }));
    };
    const plan = () => {
      frame ||= requestAnimationFrame(draw);
    };
    source.onopen = () => setTail((old) => ({ ...old, state: 'open' }));
    source.onerror = () => setTail((old) => ({ ...old, state: 'lost' })); // it connects again by itself
    source.addEventListener('row', (event) => {
      fresh.push(JSON.parse((event as MessageEvent<string>).data) as Row);
      if (fresh.length > rowsMax) fresh = fresh.slice(-rowsMax);
      plan();
    });
    source.addEventListener('sample', (event) => {
      sample = JSON.parse((event as MessageEvent<string>).data) as { shown: number; of: number };
      plan();
    });
    source.addEventListener('problem', (event) => {
      const problem = JSON.parse((event as MessageEvent<string>).data) as { detail?: string };
      setTail((old) => ({ ...old, problem: problem.detail ?? 'the tail ended' }));
      source.close();
    });
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [query, on]);
  const [kept, setKept] = useState<Row[]>([]);
  useEffect(() => {
    if (!held) setKept(tail.rows);
  }, [tail.rows, held]);
  return { ...tail, rows: held ? kept : tail.rows };
}
