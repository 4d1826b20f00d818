import { Box, Group, Text } from '@mantine/core';
import { cellText, useSearch } from '@/api/search';
import { EntityChip } from '@/parts/EntityChip';
import { Panel } from '@/parts/Panel';
import { shortCount } from '@/time/format';
import type { Range } from '@/time/range';

export function TopList({
  title,
  filter,
  field,
  range,
}: {
  title: string;
  filter: string;
  field: string;
  range: Range;
}) {
  const { data } = useSearch(
    { query: `${filter} | top 6 ${field}`, ...range, limit: 6 },
    { refreshMs: range.to ? undefined : 20_000 },
  );
  const rows = (data?.rows ?? []).filter((r) => cellText(r[field]) !== '');
  const most = Math.max(1, ...rows.map((r) => Number(r.count)));
  return (
    <Panel title={title}>
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing in this time
        </Text>
      )}
      {rows.map((row) => {
        const value = cellText(row[field]);
        return (
          <Box key={value} py={3}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Box style={{ minWidth: 0 }}>
                <EntityChip field={field} value={value} />
              </Box>
              <Text size="sm" className="number">
                {shortCount(Number(row.count))}
              </Text>
            </Group>
            <Box h={3} mt={2} bg="var(--line)" style={{ borderRadius: 2 }}>
              <Box
                h={3}
                w={`${(Number(row.count) / most) * 100}%`}
                bg="var(--mantine-primary-color-filled)"
                style={{ borderRadius: 2 }}
              />
            </Box>
          </Box>
        );
      })}
    </Panel>
  );
}
