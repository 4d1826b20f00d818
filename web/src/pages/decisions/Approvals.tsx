import { Button, Group, Table } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { DecisionApproval } from '@/api/types';
import { EmptyState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';

export function Approvals() {
  const queries = useQueryClient();
  const may = useMay('respond');
  const { data } = useQuery({
    queryKey: ['decisions', 'approvals'],
    queryFn: () =>
      api<{ approvals?: DecisionApproval[] }>('decisions/approvals', {
        headers: { 'X-Background': '1' },
      }),
    refetchInterval: 5_000,
  });
  const answer = useMutation({
    mutationFn: ({ id, approve }: { id: string; approve: boolean }) =>
      api(`decisions/approvals/${id}`, { body: { approve, why: 'in the console' } }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['decisions'] }),
    onError: (error) => notifications.show({ title: 'Not answered', message: messageOf(error) }),
  });
  const list = data?.approvals ?? [];
  if (list.length === 0) return <EmptyState title="Nothing waits for approval" />;
  return (
    <Table fz="sm" aria-label="Approvals">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>What</Table.Th>
          <Table.Th>Whom</Table.Th>
          <Table.Th>Why it asks</Table.Th>
          <Table.Th>Until</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {list.map((a) => (
          <Table.Tr key={a.id}>
            <Table.Td>{a.kind}</Table.Td>
            <Table.Td className="data">{a.value}</Table.Td>
            <Table.Td>{a.why || a.reason}</Table.Td>
            <Table.Td>
              <Time iso={a.until} form="ago" />
            </Table.Td>
            <Table.Td>
              {may && (
                <Group gap={4} justify="flex-end">
                  <Button
                    size="compact-sm"
                    onClick={() => answer.mutate({ id: a.id, approve: true })}
                  >
                    Approve
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => answer.mutate({ id: a.id, approve: false })}
                  >
                    Refuse
                  </Button>
                </Group>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
