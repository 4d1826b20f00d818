// What a page shows when there is nothing, or something failed: always what to do next.
import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiProblem, messageOf } from '@/api/client';

export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" p="xl" ta="center">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="dimmed" component="div" maw={520}>
          {children}
        </Text>
      )}
    </Stack>
  );
}

export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const lost = error instanceof ApiProblem && error.status === 0;
  return (
    <Stack align="center" gap="xs" p="xl" ta="center" role="alert">
      <Text fw={600}>{lost ? 'The server cannot be reached' : 'That did not work'}</Text>
      <Text size="sm" c="dimmed" maw={560} style={{ whiteSpace: 'pre-wrap' }}>
        {lost ? 'This page tries again by itself.' : messageOf(error)}
      </Text>
      {retry && (
        <Button variant="default" size="xs" onClick={retry}>
          Try again
        </Button>
      )}
    </Stack>
  );
}

export function NotFound() {
  return (
    <Stack align="center" p="xl" component="main">
      <Title order={1}>There is no such page</Title>
      <Anchor href="/">Go to the overview</Anchor>
    </Stack>
  );
}
