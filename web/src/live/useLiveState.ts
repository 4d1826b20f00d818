// What the server says of itself every few seconds: rate, lag, problems.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '@/api/client';
import type { Health, Source } from '@/api/types';

const samplesMax = 30;
const everyMs = 5_000;
const background = { 'X-Background': '1' };

export interface LiveState {
  health?: Health;
  rate: number;
  rates: number[];
  lag: number; // records that are durable and not yet searchable
  lost: boolean;
}

export function useLiveState(): LiveState {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: () => api<Health>('health', { headers: background }),
    refetchInterval: everyMs,
    retry: false,
  });
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: () => api<{ sources: Source[] }>('sources', { headers: background }),
    refetchInterval: everyMs,
    retry: false,
  });
  const rate = (sources.data?.sources ?? []).reduce(
    (sum, s) => sum + (s.records_per_second ?? 0),
    0,
  );
  const [rates, setRates] = useState<number[]>([]);
  useEffect(() => {
    if (sources.dataUpdatedAt > 0) setRates((old) => [...old, rate].slice(-samplesMax));
  }, [sources.dataUpdatedAt, rate]);
  const lags = health.data?.lag_records as Record<string, number> | undefined;
  return {
    health: health.data,
    rate,
    rates,
    lag: Math.max(0, ...Object.values(lags ?? { none: 0 })),
    lost: health.isError,
  };
}
