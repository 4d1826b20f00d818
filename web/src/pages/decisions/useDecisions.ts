import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { Decision } from '@/api/types';

const background = { 'X-Background': '1' };

export function useDecisions(state: 'active' | 'all') {
  return useQuery({
    queryKey: ['decisions', 'list', state],
    queryFn: ({ signal }) =>
      api<{ decisions?: Decision[]; active?: number; next?: string | null }>('decisions', {
        params: { state, limit: 500 },
        signal,
        headers: background,
      }),
    refetchInterval: 5_000,
  });
}

export function useLift() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, why }: { id: number; why: string }) =>
      api(`decisions/${id}`, { method: 'DELETE', params: { why } }),
    onSuccess: () => {
      notifications.show({ title: 'Lifted', message: 'It ends everywhere at once.' });
      void queries.invalidateQueries({ queryKey: ['decisions'] });
    },
    onError: (error) => notifications.show({ title: 'Not lifted', message: messageOf(error) }),
  });
}
