import { Button, Group, List, Loader, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, messageOf } from '@/api/client';
import type { DecisionPreview, Rules } from '@/api/types';
import { EmptyState } from '@/parts/States';
import { count } from '@/time/format';
import { useRange } from '@/time/range';

// Who would have been blocked by a rule, and who of them were ordinary users.
export function Simulate() {
  const [range] = useRange();
  const [rule, setRule] = useState<string | null>(null);
  const [asked, setAsked] = useState<string>();
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: () => api<Rules>('rules'),
    staleTime: 60_000,
  });
  const result = useQuery({
    queryKey: ['simulate-rule', asked, range],
    queryFn: ({ signal }) =>
      api<DecisionPreview>('decisions/simulate', {
        body: { rule: asked, from: range.from, to: range.to },
        signal,
      }),
    enabled: asked !== undefined,
    retry: false,
    staleTime: Infinity,
  });
  return (
    <Stack p="sm">
      <Group align="flex-end">
        <Select
          label="Rule"
          searchable
          w={420}
          data={(rules.data?.rules ?? [])
            .filter((r) => r.level !== 'informational')
            .map((r) => ({ value: r.id, label: r.title }))}
          value={rule}
          onChange={setRule}
        />
        <Button disabled={!rule} onClick={() => setAsked(rule!)} loading={result.isFetching}>
          Simulate over the time range
        </Button>
        {result.isFetching && (
          <Button variant="default" onClick={() => setAsked(undefined)}>
            Stop
          </Button>
        )}
      </Group>
      {result.isFetching && <Loader size="sm" />}
      {result.error && (
        <Text size="sm" role="alert">
          {messageOf(result.error)}
        </Text>
      )}
      {result.data && (
        <>
          <List size="sm">
            <List.Item>{count(result.data.findings ?? 0)} findings</List.Item>
            <List.Item>
              {count(result.data.events_stopped ?? 0)} events would have been stopped
            </List.Item>
            <List.Item>
              {(result.data.innocent_users ?? []).length === 0
                ? 'No user who logged in would have been hit'
                : `⚠ ${count(result.data.innocent_users!.length)} users who logged in would have been hit: ${result.data.innocent_users!.slice(0, 20).join(', ')}`}
            </List.Item>
          </List>
          <Table fz="sm" aria-label="Who would have been hit">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Whom</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th ta="right">Stopped</Table.Th>
                <Table.Th>Users hit</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(result.data.subjects ?? []).slice(0, 200).map((s) => (
                <Table.Tr key={`${s.scope} ${s.value}`}>
                  <Table.Td className="data">{s.value}</Table.Td>
                  <Table.Td>{s.kind}</Table.Td>
                  <Table.Td>{s.sentence || s.outcome}</Table.Td>
                  <Table.Td ta="right" className="number">
                    {count(s.events_stopped ?? 0)}
                  </Table.Td>
                  <Table.Td
                    style={{
                      color:
                        (s.innocent_users ?? []).length > 0
                          ? 'var(--severity-critical-text)'
                          : undefined,
                    }}
                  >
                    {(s.innocent_users ?? []).length > 0
                      ? `✕ ${s.innocent_users!.slice(0, 5).join(', ')}`
                      : ''}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
      {!asked && (
        <EmptyState title="Try a rule before you arm it">
          Choose a rule: its findings of the time range are decided about as if it had been armed.
        </EmptyState>
      )}
    </Stack>
  );
}
