// Where one begins with a name: found by a part of it, or taken from those that stand out.
import {
  Box,
  Button,
  Group,
  Select,
  SimpleGrid,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { cellText, useSearch } from '@/api/search';
import { TopList } from '@/pages/overview/TopList';
import { useAlerts } from '@/pages/alerts/useAlerts';
import {
  entityKinds,
  fieldOfKind,
  isAddress,
  kindFrom,
  valueMax,
  type EntityKind,
} from '@/parts/entity';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { Severity } from '@/parts/Severity';
import { EmptyState, ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { count } from '@/time/format';
import { useRange, type Range } from '@/time/range';
import { keepRange, type UrlState } from '@/url/urlState';
import { kindName } from './kindIcons';
import { suggestionQuery } from './queries';
import { rankByAlerts } from './ranking';

function Found({ kind, typed, range }: { kind: EntityKind; typed: string; range: Range }) {
  const query = suggestionQuery(kind, typed);
  const { data, isFetching } = useSearch(
    { query: query ?? '*', ...range, limit: 6 },
    { enabled: query !== undefined },
  );
  const rows = query === undefined ? [] : (data?.rows ?? []);
  return (
    <Box>
      <Text size="xs" c="dimmed" mb={4}>
        {kindName[kind]}
        {query !== undefined && !isFetching && rows.length === 0 && ': none in this time'}
      </Text>
      <Group gap={6}>
        {rows.map((row) => {
          const value = cellText(row[fieldOfKind[kind]]);
          return <EntityChip key={value} field={fieldOfKind[kind]} value={value} />;
        })}
      </Group>
    </Box>
  );
}

function MostAlerts({ range }: { range: Range }) {
  const { data, error, refetch } = useAlerts({ from: range.from, to: range.to });
  const ranked = rankByAlerts(data?.alerts ?? []).slice(0, 15);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (data && ranked.length === 0) {
    return (
      <EmptyState title="No alert names anybody in this time">Choose a longer time.</EmptyState>
    );
  }
  return (
    <Table fz="sm" verticalSpacing={4} aria-label="Entities by alerts">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Who</Table.Th>
          <Table.Th w={90}>Kind</Table.Th>
          <Table.Th w={120}>Gravest</Table.Th>
          <Table.Th w={90} ta="right">
            Alerts
          </Table.Th>
          <Table.Th w={90} ta="right">
            Open
          </Table.Th>
          <Table.Th w={110} ta="right">
            Last
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {ranked.map((r) => (
          <Table.Tr key={`${r.kind} ${r.value}`}>
            <Table.Td>
              <EntityChip field={r.field} value={r.value} />
            </Table.Td>
            <Table.Td>{r.kind}</Table.Td>
            <Table.Td>
              <Severity level={r.level} />
            </Table.Td>
            <Table.Td ta="right" className="number">
              {count(r.alerts)}
            </Table.Td>
            <Table.Td ta="right" className="number">
              {count(r.open)}
            </Table.Td>
            <Table.Td ta="right">
              <Time iso={r.last} form="ago" />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function StartPage() {
  const navigate = useNavigate();
  const [range] = useRange();
  const [kind, setKind] = useState<EntityKind>('address');
  const [typed, setTyped] = useState('');
  const [wanted] = useDebouncedValue(typed.trim(), 250);
  const type = (text: string) => {
    setTyped(text);
    if (isAddress(text.trim())) setKind('address');
  };
  const value = typed.trim();
  return (
    <Box style={{ display: 'grid', gap: 12, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <Title order={1}>Entities</Title>
      <Panel>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (value === '') return;
            void navigate({
              to: '/entities',
              search: (old: UrlState) => ({ ...keepRange(old), kind, value }),
            } as never);
          }}
        >
          <Group gap="xs" align="flex-end">
            <Select
              w={120}
              label="Kind"
              allowDeselect={false}
              data={entityKinds.map((k) => ({ value: k, label: kindName[k] }))}
              value={kind}
              onChange={(v) => setKind(kindFrom(v ?? undefined) ?? 'address')}
            />
            <TextInput
              style={{ flex: 1, minWidth: 220 }}
              label="Name"
              placeholder="203.0.113.7, 203.0.113.0/24, or a part of a name"
              value={typed}
              maxLength={valueMax}
              autoComplete="off"
              spellCheck={false}
              onChange={(e) => type(e.currentTarget.value)}
            />
            <Button type="submit" disabled={value === ''}>
              Show
            </Button>
          </Group>
        </form>
        {wanted.length >= 2 && (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} mt="sm" role="status" aria-label="Found">
            {entityKinds.map((k) => (
              <Found key={k} kind={k} typed={wanted} range={range} />
            ))}
          </SimpleGrid>
        )}
      </Panel>
      <Panel title="Most alerts" p={0}>
        <Box style={{ overflowX: 'auto' }}>
          <MostAlerts range={range} />
        </Box>
      </Panel>
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 4 }} spacing={12}>
        <TopList title="Busiest addresses" filter="*" field="source.ip" range={range} />
        <TopList title="Busiest users" filter="*" field="user.name" range={range} />
        <TopList title="Busiest hosts" filter="*" field="host.name" range={range} />
        <TopList title="Busiest sessions" filter="*" field="session.id" range={range} />
      </SimpleGrid>
    </Box>
  );
}
