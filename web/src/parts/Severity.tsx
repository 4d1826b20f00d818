import { Group, Text } from '@mantine/core';

export type LevelName = 'critical' | 'high' | 'medium' | 'low' | 'informational';
export const levels: LevelName[] = ['critical', 'high', 'medium', 'low', 'informational'];

// The level as a word beside its colour: never colour alone.
export function Severity({ level }: { level: string }) {
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <span
        aria-hidden
        style={{
          width: 8,
          height: 8,
          borderRadius: 2,
          flex: 'none',
          background: `var(--severity-${level})`,
        }}
      />
      <Text span size="xs" fw={600} style={{ color: `var(--severity-${level}-text)` }}>
        {level}
      </Text>
    </Group>
  );
}
