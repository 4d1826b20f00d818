import { Button, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { spotlight } from '@mantine/spotlight';

export function SearchBox() {
  return (
    <Button
      variant="default"
      justify="flex-start"
      leftSection={<IconSearch size={15} />}
      rightSection={
        <Text size="xs" c="dimmed" visibleFrom="md">
          Ctrl K
        </Text>
      }
      onClick={spotlight.open}
      style={{ flex: 1, maxWidth: 460, fontWeight: 400, minWidth: 0 }}
    >
      Search …
    </Button>
  );
}
