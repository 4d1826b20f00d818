import { List, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { DecisionReceipts } from '@/api/types';
import { Time } from '@/parts/Time';

// Which enforcer took the decision, and when.
export function Receipts({ id }: { id: number }) {
  const { data, error } = useQuery({
    queryKey: ['decisions', 'receipts', id],
    queryFn: () =>
      api<DecisionReceipts>(`decisions/${id}/receipts`, { headers: { 'X-Background': '1' } }),
    refetchInterval: 5_000,
  });
  if (error) return <Text size="sm">{messageOf(error)}</Text>;
  if (!data) return <Loader size="xs" />;
  if (data.receipts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No enforcer has fetched it yet.
      </Text>
    );
  return (
    <List size="sm" listStyleType="none">
      {data.receipts.map((r) => (
        <List.Item key={r.enforcer}>
          {r.failed ? '✕' : r.applied ? '✓' : '…'} {r.enforcer} ({r.kind}){' '}
          {r.failed ? r.failed : r.applied ? <Time iso={r.applied} form="ago" /> : 'waiting'}
        </List.Item>
      ))}
    </List>
  );
}
