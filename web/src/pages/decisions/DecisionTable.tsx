import { Anchor, Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { Decision } from '@/api/types';
import { EntityChip } from '@/parts/EntityChip';
import { Time } from '@/parts/Time';
import { useMay } from '@/session/session';
import { duration } from '@/time/format';
import { useUrlState } from '@/url/urlState';
import { Receipts } from './Receipts';
import { useLift } from './useDecisions';

const fieldOf: Record<string, string> = {
  address: 'source.ip',
  user: 'user.name',
  country: 'source.geo.country_iso_code',
};

function standing(d: Decision, now: number): string {
  if (d.lifted) return 'lifted';
  const left = (Date.parse(d.until) - now) / 1000;
  if (left <= 0) return 'ended';
  return d.dry_run ? 'dry run' : `${duration(left)} left`;
}

export function DecisionTable({ decisions }: { decisions: Decision[] }) {
  const [, change] = useUrlState();
  const may = useMay('respond');
  const lift = useLift();
  const [shown, setShown] = useState<number>();
  const [lifting, setLifting] = useState<Decision>();
  const [why, setWhy] = useState('');
  const now = Date.now();
  return (
    <>
      <Table fz="sm" verticalSpacing={4} aria-label="Decisions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={100}>What</Table.Th>
            <Table.Th>Whom</Table.Th>
            <Table.Th w={100}>Stands</Table.Th>
            <Table.Th>Why</Table.Th>
            <Table.Th w={160}>Decided</Table.Th>
            <Table.Th w={190} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {decisions.map((d) => (
            <Fragment key={d.id}>
              <Table.Tr>
                <Table.Td>{d.kind}</Table.Td>
                <Table.Td>
                  <EntityChip field={fieldOf[d.scope] ?? d.scope} value={d.value} />
                </Table.Td>
                <Table.Td className="number">{standing(d, now)}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {d.alert_id ? (
                    <Anchor
                      href={`/alerts?open=alert:${d.alert_id}`}
                      size="sm"
                      c="inherit"
                      onClick={(e) => {
                        e.preventDefault();
                        change({ open: `alert:${d.alert_id}` });
                      }}
                    >
                      {d.reason}
                    </Anchor>
                  ) : (
                    d.reason
                  )}
                </Table.Td>
                <Table.Td>
                  <Time iso={d.created} form="ago" />
                  <Text size="xs" c="dimmed">
                    {d.decided_by}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      color="gray"
                      aria-expanded={shown === d.id}
                      onClick={() => setShown(shown === d.id ? undefined : d.id)}
                    >
                      Receipts
                    </Button>
                    {may && !d.lifted && Date.parse(d.until) > now && (
                      <Button size="compact-xs" variant="default" onClick={() => setLifting(d)}>
                        {d.kind === 'block' ? 'Unblock' : 'Lift'}
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
              {shown === d.id && (
                <Table.Tr>
                  <Table.Td colSpan={6}>
                    <Receipts id={d.id} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      <Modal
        opened={lifting !== undefined}
        onClose={() => setLifting(undefined)}
        title={`${lifting?.kind === 'block' ? 'Unblock' : 'Lift'} ${lifting?.value}`}
      >
        <form
          onSubmit={(e) => {
            e.preventDefault();
            lift.mutate({ id: lifting!.id, why: why || 'lifted in the console' });
            setLifting(undefined);
            setWhy('');
          }}
        >
          <Stack>
            <Text size="sm">It ends on every enforcer at once.</Text>
            <TextInput
              label="Why"
              value={why}
              maxLength={300}
              data-autofocus
              onChange={(e) => setWhy(e.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setLifting(undefined)}>
                Cancel
              </Button>
              <Button type="submit">{lifting?.kind === 'block' ? 'Unblock' : 'Lift'}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
