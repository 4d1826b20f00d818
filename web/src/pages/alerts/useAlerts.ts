import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { api, messageOf, type Params } from '@/api/client';
import type { Alert, Decision } from '@/api/types';

const background = { 'X-Background': '1' };

export function useAlerts(params: Params) {
  return useQuery({
    queryKey: ['alerts', 'list', params],
    queryFn: ({ signal }) =>
      api<{ alerts: Alert[]; next: string | null }>('alerts', {
        params: { limit: 500, ...params },
        signal,
        headers: background,
      }),
    refetchInterval: 10_000,
    placeholderData: (old) => old,
  });
}

// Decisions by the alert that they are about.
export function useDeeds() {
  return useQuery({
    queryKey: ['decisions', 'by-alert'],
    queryFn: async () => {
      const answer = await api<{ decisions?: Decision[] }>('decisions', {
        params: { state: 'all', limit: 500 },
        headers: background,
      });
      const byAlert = new Map<string, Decision[]>();
      for (const d of answer.decisions ?? []) {
        if (d.alert_id) byAlert.set(d.alert_id, [...(byAlert.get(d.alert_id) ?? []), d]);
      }
      return byAlert;
    },
    refetchInterval: 10_000,
  });
}

export interface Change {
  state?: string;
  verdict?: string;
  assignee?: string;
  note?: string;
}

export function useChangeAlerts() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ ids, change }: { ids: string[]; change: Change }) =>
      ids.length === 1
        ? api<unknown>(`alerts/${ids[0]}`, { method: 'PATCH', body: change })
        : api<unknown>('alerts/bulk', { body: { ids, change } }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['alerts'] }),
    onError: (error) => notifications.show({ title: 'Not changed', message: messageOf(error) }),
  });
}
