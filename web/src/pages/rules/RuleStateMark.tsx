import { Group, Text } from '@mantine/core';
import { IconCircleDashed, IconCircleFilled, IconCircleOff } from '@tabler/icons-react';
import type { RuleState } from './ruleRows';

const told: Record<RuleState, { icon: typeof IconCircleFilled; title: string }> = {
  armed: { icon: IconCircleFilled, title: 'Finds, alerts, and its decisions are carried out' },
  'dry run': { icon: IconCircleDashed, title: 'Finds and alerts; its decisions are only recorded' },
  off: { icon: IconCircleOff, title: 'Refused: it looks at nothing' },
};

export function RuleStateMark({ state }: { state: RuleState }) {
  const { icon: Icon, title } = told[state];
  return (
    <Group gap={6} wrap="nowrap" component="span" title={title}>
      <Icon
        size={13}
        aria-hidden
        style={{
          flex: 'none',
          color: state === 'armed' ? 'var(--mantine-color-bronze-text)' : 'var(--quiet)',
        }}
      />
      <Text span size="xs" fw={state === 'armed' ? 600 : 400}>
        {state}
      </Text>
    </Group>
  );
}
