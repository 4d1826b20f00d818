import { Box, Button, Chip, Checkbox, Group, Menu, Table, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { EntityChip } from '@/parts/EntityChip';
import { levels, Severity } from '@/parts/Severity';
import { EmptyState, ErrorState } from '@/parts/States';
import { Time } from '@/parts/Time';
import { useMay, useSession } from '@/session/session';
import { count } from '@/time/format';
import { useUrlState } from '@/url/urlState';
import { useAlerts, useChangeAlerts, useDeeds } from './useAlerts';
import { byRisk, deedWords } from './words';

const verdicts = [
  ['true_positive', 'True positive'],
  ['benign', 'Benign'],
  ['false_positive', 'False positive'],
] as const;

export default function AlertsPage() {
  const [state, change] = useUrlState();
  const states = state.state ?? 'new,acknowledged';
  const list = useAlerts({
    state: states === 'all' ? undefined : states,
    rule: state.rule,
    key: state.key,
    from: state.from,
    to: state.to,
  });
  const deeds = useDeeds();
  const act = useChangeAlerts();
  const mayTriage = useMay('triage');
  const { data: session } = useSession();
  const [picked, setPicked] = useState<string[]>([]);
  const [at, setAt] = useState(0);
  const all = useMemo(() => [...(list.data?.alerts ?? [])].sort(byRisk), [list.data]);
  const shown = all.filter((a) => !state.level || a.level === state.level);
  const open = state.open?.startsWith('alert:') ? state.open.slice(6) : undefined;
  const openAt = shown.findIndex((a) => a.id === open);
  const cursor = openAt >= 0 ? openAt : Math.min(at, Math.max(0, shown.length - 1));
  const move = (by: number) => {
    const next = Math.min(Math.max(cursor + by, 0), shown.length - 1);
    setAt(next);
    if (open && shown[next]) change({ open: `alert:${shown[next].id}` }, true);
  };
  const toggle = (id: string) =>
    setPicked((old) => (old.includes(id) ? old.filter((o) => o !== id) : [...old, id]));
  const apply = (what: Parameters<typeof act.mutate>[0]['change']) => {
    act.mutate({ ids: picked, change: what });
    setPicked([]);
  };
  const here = shown[cursor];
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    ['ArrowDown', () => move(1)],
    ['ArrowUp', () => move(-1)],
    ['Enter', () => here && change({ open: `alert:${here.id}` })],
    ['x', () => here && toggle(here.id)],
    [
      'a',
      () => mayTriage && here && act.mutate({ ids: [here.id], change: { state: 'acknowledged' } }),
    ],
  ]);
  if (list.error && !list.data)
    return <ErrorState error={list.error} retry={() => void list.refetch()} />;
  return (
    <Box>
      <Group mb="sm" justify="space-between">
        <Group gap={6}>
          {levels.map((level) => {
            const n = all.filter((a) => a.level === level).length;
            return (
              <Chip
                key={level}
                size="xs"
                variant="outline"
                checked={state.level === level}
                onChange={() => change({ level: state.level === level ? undefined : level }, true)}
              >
                {level} {count(n)}
              </Chip>
            );
          })}
        </Group>
        <Group gap="xs">
          <Chip.Group
            value={states}
            onChange={(v) =>
              change({ state: v === 'new,acknowledged' ? undefined : (v as string) }, true)
            }
          >
            <Group gap={6}>
              <Chip size="xs" variant="outline" value="new,acknowledged">
                Open
              </Chip>
              <Chip size="xs" variant="outline" value="new">
                New
              </Chip>
              <Chip size="xs" variant="outline" value="closed">
                Closed
              </Chip>
              <Chip size="xs" variant="outline" value="all">
                All
              </Chip>
            </Group>
          </Chip.Group>
          <TextInput
            size="xs"
            w={190}
            placeholder="About … (address, user)"
            aria-label="About"
            defaultValue={state.key}
            onKeyDown={(e) =>
              e.key === 'Enter' && change({ key: e.currentTarget.value || undefined })
            }
          />
        </Group>
      </Group>
      {picked.length > 0 && mayTriage && (
        <Group mb="sm" gap="xs" className="surface" p="xs">
          <Text size="sm">{count(picked.length)} chosen</Text>
          <Button size="compact-sm" onClick={() => apply({ state: 'acknowledged' })}>
            Acknowledge
          </Button>
          <Menu>
            <Menu.Target>
              <Button size="compact-sm" variant="default">
                Close as …
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {verdicts.map(([value, label]) => (
                <Menu.Item key={value} onClick={() => apply({ state: 'closed', verdict: value })}>
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => apply({ assignee: session?.user })}
          >
            Assign to me
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setPicked([])}>
            Choose none
          </Button>
        </Group>
      )}
      <Box
        className="surface"
        style={{ overflowX: 'auto' }}
        tabIndex={0}
        role="region"
        aria-label="Alerts"
      >
        {shown.length === 0 && list.data ? (
          <EmptyState title="No alerts here">
            Nothing needs you in this time with these filters. Choose All to see what was closed.
          </EmptyState>
        ) : (
          <Table fz="sm" highlightOnHover verticalSpacing={4} aria-label="Alerts">
            <Table.Thead>
              <Table.Tr>
                {mayTriage && (
                  <Table.Th w={36}>
                    <Checkbox
                      size="xs"
                      aria-label="Choose all"
                      checked={picked.length > 0 && picked.length === shown.length}
                      indeterminate={picked.length > 0 && picked.length < shown.length}
                      onChange={(e) =>
                        setPicked(e.currentTarget.checked ? shown.map((a) => a.id) : [])
                      }
                    />
                  </Table.Th>
                )}
                <Table.Th w={110}>Level</Table.Th>
                <Table.Th>Alert</Table.Th>
                <Table.Th>About</Table.Th>
                <Table.Th w={70} ta="right">
                  Count
                </Table.Th>
                <Table.Th w={120}>Last</Table.Th>
                <Table.Th w={110}>State</Table.Th>
                <Table.Th>Done</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((alert, i) => (
                <Table.Tr
                  key={alert.id}
                  className="arrives"
                  aria-selected={alert.id === open}
                  onClick={() => {
                    setAt(i);
                    change({ open: `alert:${alert.id}` }, open !== undefined);
                  }}
                  style={{
                    cursor: 'pointer',
                    borderLeft: `3px solid var(--severity-${alert.level})`,
                    background:
                      alert.id === open
                        ? 'var(--mantine-primary-color-light)'
                        : i === cursor
                          ? 'var(--mantine-color-default-hover)'
                          : undefined,
                  }}
                >
                  {mayTriage && (
                    <Table.Td onClick={(e) => e.stopPropagation()}>
                      <Checkbox
                        size="xs"
                        aria-label={`Choose ${alert.title}`}
                        checked={picked.includes(alert.id)}
                        onChange={() => toggle(alert.id)}
                      />
                    </Table.Td>
                  )}
                  <Table.Td>
                    <Severity level={alert.level} />
                  </Table.Td>
                  <Table.Td>
                    <a
                      href={`?open=alert:${alert.id}`}
                      className="plain"
                      onClick={(e) => e.preventDefault()}
                    >
                      {alert.title}
                    </a>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      {alert.key.map((k) => (
                        <EntityChip key={k.field} field={k.field} value={k.value} />
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td ta="right" className="number">
                    {count(alert.findings)}
                  </Table.Td>
                  <Table.Td>
                    <Time iso={alert.last} form="ago" />
                  </Table.Td>
                  <Table.Td>
                    {alert.state}
                    {alert.assignee && (
                      <Text span size="xs" c="dimmed">
                        {' '}
                        {alert.assignee}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Text size="xs" c="dimmed">
                      {deedWords(deeds.data?.get(alert.id) ?? [], Date.now())}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Box>
      {list.data?.next && (
        <Text size="xs" c="dimmed" mt={6}>
          The newest 500 are shown: narrow the time range or the filters for the others.
        </Text>
      )}
    </Box>
  );
}
