import { Box, Text } from '@mantine/core';
import type { LiveState } from '@/live/useLiveState';

// A bar across the top when something is wrong with the program itself.
export function ProblemBar({ live }: { live: LiveState }) {
  const problems = live.lost
    ? ['The server cannot be reached; what you see may be old. This page tries again by itself.']
    : ((live.health?.problems ?? []) as (string | { detail?: string })[]).map((p) =>
        typeof p === 'string' ? p : (p.detail ?? JSON.stringify(p)),
      );
  if (problems.length === 0) return null;
  return (
    <Box
      role="alert"
      bg="var(--severity-critical)"
      px="md"
      py={4}
      style={{ position: 'relative', zIndex: 1 }}
    >
      {problems.slice(0, 3).map((p) => (
        <Text key={p} size="sm" c="white" fw={600}>
          {p}
        </Text>
      ))}
    </Box>
  );
}
