// Where alerts are told; a test message shows that the way works.
import { Button, Table } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, messageOf } from '@/api/client';
import type { Channel } from '@/api/types';
import { EmptyState, ErrorState } from '@/parts/States';
import { useMay } from '@/session/session';
import { ago } from '@/time/format';

export function Channels() {
  const queries = useQueryClient();
  const admin = useMay('admin');
  const { data, error, refetch } = useQuery({
    queryKey: ['channels'],
    queryFn: () => api<{ channels: Channel[] }>('channels'),
  });
  const test = useMutation({
    mutationFn: (name: string) =>
      api<{ sent: boolean; detail: string }>(`channels/${encodeURIComponent(name)}/test`, {
        method: 'POST',
      }),
    onSuccess: (answer, name) =>
      notifications.show({
        title: answer.sent ? `The test reached ${name}` : `The test did not reach ${name}`,
        message: answer.detail,
      }),
    onError: (problem) => notifications.show({ title: 'Not sent', message: messageOf(problem) }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['channels'] }),
  });
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (data.channels.length === 0) {
    return (
      <EmptyState title="Nobody is told of alerts yet">
        Add a channel in tocsin.yaml (notify.channels), or with tocsin channel add.
      </EmptyState>
    );
  }
  return (
    <Table fz="sm" aria-label="Channels">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Kind</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th w={120} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.channels.map((c) => (
          <Table.Tr key={c.name}>
            <Table.Td>{c.name}</Table.Td>
            <Table.Td>{c.type}</Table.Td>
            <Table.Td>{stateOf(c)}</Table.Td>
            <Table.Td ta="right">
              {admin && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Send a test to ${c.name}`}
                  loading={test.isPending && test.variables === c.name}
                  onClick={() => test.mutate(c.name)}
                >
                  Send a test
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function stateOf(channel: Channel): string {
  if (channel.fault) return `✕ ${channel.fault}`;
  const more = [
    channel.waiting > 0 ? `${channel.waiting} waiting` : '',
    channel.dead > 0 ? `${channel.dead} could not be sent` : '',
  ].filter(Boolean);
  const last = channel.last_sent ? `last message ${ago(channel.last_sent)}` : 'no message yet';
  return [channel.armed ? last : 'not armed', ...more].join(' · ');
}
