import { Box, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export function Panel({
  title,
  side,
  children,
  p = 'md',
}: {
  title?: string;
  side?: ReactNode;
  children: ReactNode;
  p?: string | number;
}) {
  return (
    <Box className="surface" component="section" p={p}>
      {(title || side) && (
        <Group justify="space-between" mb="xs" px={p === 0 ? 'md' : 0} pt={p === 0 ? 'sm' : 0}>
          {title && (
            <Title order={2} size={14}>
              {title}
            </Title>
          )}
          {side}
        </Group>
      )}
      {children}
    </Box>
  );
}
