import { Group, Text, Tooltip } from '@mantine/core';
import { Sparkline } from '@/charts/Sparkline';
import type { LiveState } from '@/live/useLiveState';
import { count, shortCount } from '@/time/format';

export function LiveBadge({ live }: { live: LiveState }) {
  const rate = live.rate < 10 ? live.rate.toFixed(1) : shortCount(Math.round(live.rate));
  const state = live.lost
    ? 'no connection'
    : live.lag > 0
      ? `${count(live.lag)} behind`
      : 'up to date';
  return (
    <Tooltip label={`Records a second, over the last minutes; ${state}`}>
      <Group
        gap={6}
        wrap="nowrap"
        visibleFrom="md"
        aria-label={`${rate} events a second, ${state}`}
        role="status"
      >
        <span
          aria-hidden
          style={{
            width: 8,
            height: 8,
            borderRadius: 4,
            background: live.lost ? 'var(--severity-critical)' : 'var(--verified)',
          }}
        />
        <Text size="sm" className="number" style={{ whiteSpace: 'nowrap' }}>
          {live.lost ? 'lost' : `${rate} ev/s`}
        </Text>
        <Sparkline values={live.rates} />
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {state}
        </Text>
      </Group>
    </Tooltip>
  );
}
