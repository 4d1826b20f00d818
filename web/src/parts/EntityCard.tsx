// What one wants to know of a name before opening its page; read when it is first shown.
import { Group, Loader, Stack, Text } from '@mantine/core';
import { messageOf } from '@/api/client';
import { count } from '@/time/format';
import { scopeOfKind, type EntityKind } from './entity';
import { Severity } from './Severity';
import { gravest, isOpen, standingDecision, standingWords } from './standing';
import { Time } from './Time';
import { useAlertsOf, useDecisionsOf, useKnown } from './useEntity';

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap" align="baseline">
      <Text span size="xs" c="dimmed" w={84} style={{ flex: 'none' }}>
        {name}
      </Text>
      <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Group>
  );
}

const short = (names: readonly string[]) =>
  names.length === 0 ? 'Not known' : names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '');

export function EntityCard({ kind, value }: { kind: EntityKind; value: string }) {
  const known = useKnown(kind, value);
  const alerts = useAlertsOf(kind, value);
  const decisions = useDecisionsOf(kind, value);
  if (known.error) return <Text size="sm">{messageOf(known.error)}</Text>;
  if (!known.data) return <Loader size="xs" aria-label="Reading" />;
  const { data } = known;
  const open = (alerts.data ?? []).filter(isOpen).length;
  const level = gravest(alerts.data ?? []);
  return (
    <Stack gap={3}>
      <Text size="sm" fw={600} className="data" lineClamp={3}>
        {value}
      </Text>
      <Line name="Country">{short(data.countries)}</Line>
      <Line name="Owner">{short(data.owners)}</Line>
      <Line name="First seen">
        {data.first ? <Time iso={data.first} form="ago" /> : 'Not in 30 days'}
      </Line>
      <Line name="Last seen">
        {data.last ? <Time iso={data.last} form="ago" /> : 'Not in 30 days'}
      </Line>
      {scopeOfKind(kind) && (
        <Line name="Decision">
          {decisions.data ? standingWords(standingDecision(decisions.data, Date.now())) : '…'}
        </Line>
      )}
      <Line name="Open alerts">
        {alerts.data ? (
          <Group component="span" gap={8}>
            <span className="number">{count(open)}</span>
            {level && <Severity level={level} />}
          </Group>
        ) : (
          '…'
        )}
      </Line>
    </Stack>
  );
}
