import { Center, Group, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import bell from '@/frame/bell.svg';

// The bare page that people see before they are in.
export function DoorPage({
  title,
  note,
  children,
}: {
  title: string;
  note?: string;
  children: ReactNode;
}) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400} bg="var(--surface)">
        <Group gap="xs" mb="lg">
          <img src={bell} width={26} height={26} alt="" />
          <Text fw={600} size="lg">
            tocsin
          </Text>
        </Group>
        <Title order={1} size="h2" mb="xs">
          {title}
        </Title>
        {note && (
          <Text c="dimmed" size="sm" mb="md">
            {note}
          </Text>
        )}
        {children}
      </Paper>
    </Center>
  );
}
