// What the server's configuration says, for people to look up; it is changed in tocsin.yaml.
import { Box, SimpleGrid, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { SettingsView } from '@/api/types';
import { Panel } from '@/parts/Panel';
import { ErrorState } from '@/parts/States';
import { count, duration } from '@/time/format';

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <Table fz="sm" verticalSpacing={3} withRowBorders={false}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name + value}>
            <Table.Th scope="row" c="dimmed" fw={400} w="45%">
              {name}
            </Table.Th>
            <Table.Td className="data">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function Server() {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: () => api<SettingsView>('settings'),
  });
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const left = data.never_block_networks - data.never_block.length;
  return (
    <Box p="md">
      <Text size="sm" c="dimmed" mb="sm">
        This is what the server runs with; it is changed in tocsin.yaml.
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing={12}>
        <Panel title="How long things are kept">
          <Facts
            rows={[
              ['Records in the journal', duration(data.retention.journal_s)],
              ['Events that can be searched', duration(data.retention.index_s)],
              ['Decisions that ended', duration(data.retention.decisions_s)],
            ]}
          />
        </Panel>
        <Panel title="Privacy">
          <Text size="sm">
            {data.privacy.masked.length + data.privacy.pseudonymised.length === 0
              ? 'Nothing is masked and no field is pseudonymised: records are kept as they came. Leave out at the source what must not be kept.'
              : [...data.privacy.masked, ...data.privacy.pseudonymised].join(', ')}
          </Text>
        </Panel>
        <Panel title="Never blocked">
          <Box
            mah={320}
            style={{ overflowY: 'auto' }}
            tabIndex={0}
            role="region"
            aria-label="Never blocked"
          >
            <Facts
              rows={[
                ...data.never_block.map((n): [string, string] => [n.network, n.why]),
                ...data.never_disable.map((n): [string, string] => [n, 'is never disabled']),
              ]}
            />
            {left > 0 && (
              <Text size="sm" c="dimmed">
                and {count(left)} more
              </Text>
            )}
          </Box>
        </Panel>
        <Panel title="Response">
          <Facts
            rows={[
              ['Everything by dry run', data.response.dry_run ? 'yes' : 'no'],
              ['A first block lasts', duration(data.response.first_duration_s)],
              ['The longest block', duration(data.response.longest_duration_s)],
            ]}
          />
        </Panel>
        <Panel title="Sessions">
          <Facts
            rows={[
              ['Ends without a click after', duration(data.access.session_idle_s)],
              ['Ends in any case after', duration(data.access.session_longest_s)],
            ]}
          />
        </Panel>
        <Panel title="Server">
          <Facts
            rows={[
              ['Version', data.version],
              ['Data', data.data_directory],
              ...data.listeners.map((l): [string, string] => [l.name, l.address]),
            ]}
          />
        </Panel>
      </SimpleGrid>
    </Box>
  );
}
