// Queries that the team keeps: open one, keep what is looked at now, delete.
import {
  ActionIcon,
  Box,
  Button,
  Group,
  Modal,
  Popover,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { messageOf } from '@/api/client';
import { idFor, useDocumentActions, useDocuments } from '@/api/documents';
import { useMay, useSession } from '@/session/session';
import { useUrlState } from '@/url/urlState';
import { savedOf, urlOf, type SavedSearch } from './saved';

export function SavedSearches() {
  const [state, change] = useUrlState();
  const { data: session } = useSession();
  const may = useMay('triage');
  const admin = useMay('admin');
  const { data: all = [] } = useDocuments<SavedSearch>('saved-searches');
  const { save, remove } = useDocumentActions<SavedSearch>('saved-searches');
  const [opened, setOpened] = useState(false);
  const [naming, setNaming] = useState(false);
  const [title, setTitle] = useState('');
  const same = all.find((s) => s.title.trim() === title.trim());

  function keep() {
    save.mutate(
      {
        id:
          same?.id ??
          idFor(
            title,
            all.map((s) => s.id),
          ),
        title: title.trim(),
        document: savedOf(state),
        version: same?.version,
      },
      { onSuccess: () => setNaming(false) },
    );
  }
  return (
    <>
      <Popover
        position="bottom-end"
        width={340}
        opened={opened}
        onChange={setOpened}
        withinPortal
        trapFocus
      >
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconBookmark size={15} />}
            onClick={() => setOpened((o) => !o)}
          >
            Saved
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={6} aria-label="Saved searches">
          {all.length === 0 && (
            <Text size="sm" c="dimmed" p={6}>
              {may ? 'Keep a query for yourself and the team.' : 'Nobody has saved a search yet.'}
            </Text>
          )}
          <Box mah={360} style={{ overflowY: 'auto' }}>
            {all.map((s) => (
              <Group key={s.id} wrap="nowrap" gap={4}>
                <UnstyledButton
                  p={6}
                  style={{ flex: 1, minWidth: 0 }}
                  onClick={() => {
                    change(urlOf(s.document));
                    setOpened(false);
                  }}
                >
                  <Text size="sm">{s.title}</Text>
                  <Text size="xs" c="dimmed" truncate="end" className="data">
                    {s.document.query || '*'}
                  </Text>
                </UnstyledButton>
                {may && (admin || s.owner === session?.user) && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Delete ${s.title}`}
                    onClick={() => remove.mutate(s.id)}
                  >
                    <IconTrash size={15} />
                  </ActionIcon>
                )}
              </Group>
            ))}
          </Box>
          {remove.error && (
            <Text size="sm" role="alert" p={6}>
              {messageOf(remove.error)}
            </Text>
          )}
          {may && (
            <Button
              fullWidth
              mt={6}
              size="xs"
              variant="default"
              onClick={() => {
                setOpened(false);
                setTitle('');
                save.reset();
                setNaming(true);
              }}
            >
              Save this search …
            </Button>
          )}
        </Popover.Dropdown>
      </Popover>
      <Modal opened={naming} onClose={() => setNaming(false)} title="Save this search">
        <Stack gap="sm">
          <Text size="sm" className="data">
            {state.q || '*'}
          </Text>
          <TextInput
            label="Name"
            required
            data-autofocus
            maxLength={120}
            value={title}
            onChange={(e) => setTitle(e.currentTarget.value)}
          />
          {same && (
            <Text size="sm" c="dimmed">
              {same.changed_by} saved one under this name; it is replaced.
            </Text>
          )}
          {save.error && (
            <Text size="sm" role="alert">
              {messageOf(save.error)}
            </Text>
          )}
          <Button disabled={!title.trim()} loading={save.isPending} onClick={keep}>
            {same ? 'Replace it' : 'Save'}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
