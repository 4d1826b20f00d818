// The line above a board: which one, and what can be done with it.
import { Button, FileButton, Group, Menu, Select, Text, TextInput } from '@mantine/core';
import { IconArrowsMaximize, IconChevronDown, IconPencil, IconPlus } from '@tabler/icons-react';
import type { Kept } from '@/api/documents';
import type { Board } from './board';

interface Props {
  boards: Kept<Board>[];
  current?: Kept<Board>;
  title: string;
  editing: boolean;
  may: boolean; // make and change boards
  mayDelete: boolean;
  saving: boolean;
  onChoose: (id: string) => void;
  onTitle: (title: string) => void;
  onEdit: () => void;
  onAdd: () => void;
  onSave: () => void;
  onDiscard: () => void;
  onNew: () => void;
  onCopy: () => void;
  onExport: () => void;
  onImport: (file: File | null) => void;
  onDelete: () => void;
  onWall: () => void;
}

export function BoardBar(p: Props) {
  const group = (shipped: boolean) =>
    p.boards.filter((b) => b.shipped === shipped).map((b) => ({ value: b.id, label: b.title }));
  if (p.editing) {
    return (
      <Group justify="space-between" mb="sm">
        <TextInput
          aria-label="Title of the dashboard"
          w={320}
          maxLength={120}
          value={p.title}
          onChange={(e) => p.onTitle(e.currentTarget.value)}
        />
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={p.onAdd}
          >
            Add a panel
          </Button>
          <Button size="xs" variant="default" onClick={p.onDiscard}>
            Discard
          </Button>
          <Button size="xs" loading={p.saving} disabled={!p.title.trim()} onClick={p.onSave}>
            Save
          </Button>
        </Group>
      </Group>
    );
  }
  return (
    <Group justify="space-between" mb="sm" gap="xs">
      <Group gap="sm">
        <Select
          aria-label="Dashboard"
          w={260}
          searchable
          allowDeselect={false}
          value={p.current?.id ?? null}
          data={[
            { group: 'Ours', items: group(false) },
            { group: 'Shipped', items: group(true) },
          ].filter((g) => g.items.length > 0)}
          onChange={(v) => v && p.onChoose(v)}
        />
        <Text size="sm" c="dimmed" visibleFrom="md">
          {p.current?.document.description}
        </Text>
      </Group>
      <Group gap="xs">
        {p.may && p.current && !p.current.shipped && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPencil size={14} />}
            onClick={p.onEdit}
          >
            Edit
          </Button>
        )}
        {p.may && (
          <Button size="xs" variant="default" onClick={p.onCopy}>
            Duplicate
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowsMaximize size={14} />}
          onClick={p.onWall}
        >
          Full screen
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="xs" variant="default" rightSection={<IconChevronDown size={14} />}>
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {p.may && <Menu.Item onClick={p.onNew}>New dashboard</Menu.Item>}
            <Menu.Item onClick={p.onExport}>Export as JSON</Menu.Item>
            {p.may && (
              <FileButton accept="application/json,.json" onChange={p.onImport}>
                {(props) => (
                  <Menu.Item closeMenuOnClick={false} {...props}>
                    Import JSON …
                  </Menu.Item>
                )}
              </FileButton>
            )}
            {p.mayDelete && <Menu.Item onClick={p.onDelete}>Delete</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </Group>
    </Group>
  );
}
