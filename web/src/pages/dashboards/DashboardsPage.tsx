import { Alert, Box, Button, Group, List, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { ApiProblem, messageOf } from '@/api/client';
import {
  getDocument,
  idFor,
  useDocumentActions,
  useDocuments,
  type Draft,
  type Kept,
} from '@/api/documents';
import { download } from '@/parts/download';
import { LeaveGuard } from '@/parts/LeaveGuard';
import { ErrorState } from '@/parts/States';
import { useMay, useSession } from '@/session/session';
import { useRange } from '@/time/range';
import { useUrlState } from '@/url/urlState';
import {
  emptyBoard,
  readBoard,
  writeBoard,
  type Board,
  type BoardPanel,
  type Mistake,
} from './board';
import { BoardBar } from './BoardBar';
import { Grid } from './Grid';
import { addPanel, panelId, settle } from './layout';
import { PanelEditor } from './PanelEditor';

export default function DashboardsPage() {
  const [state, change] = useUrlState();
  const [range, setRange] = useRange();
  const { data: session } = useSession();
  const may = useMay('triage');
  const admin = useMay('admin');
  const { data: boards, error, refetch } = useDocuments<Board>('dashboards');
  const { save, remove } = useDocumentActions<Board>('dashboards');
  const [draft, setDraft] = useState<Draft<Board>>();
  const [panel, setPanel] = useState<BoardPanel>();
  const [mistakes, setMistakes] = useState<Mistake[]>([]);
  const [stale, setStale] = useState<string>();
  const [deleting, setDeleting] = useState(false);
  const current: Kept<Board> | undefined =
    boards?.find((b) => b.id === state.board) ?? boards?.find((b) => b.shipped);
  const wall = state.wall === 'true';
  const loses = useRef(false);
  loses.current = draft !== undefined;

  // A board brings its own range, unless the link says one.
  useEffect(() => {
    if (current && !state.from) change({ from: current.document.range ?? '24h' }, true);
  }, [current, state.from, change]);

  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!boards || !current) return null;
  const ids = boards.map((b) => b.id);
  const shown = draft?.document ?? current.document;
  const setPanels = (panels: BoardPanel[]) =>
    setDraft((d) => d && { ...d, document: { ...d.document, panels } });
  const begin = (title: string, document: Board) =>
    setDraft({ id: idFor(title, ids), title, document });
  const copyTitle = `Copy of ${current.title}`.slice(0, 120);

  function keep(wanted: Draft<Board>) {
    save.mutate(wanted, {
      onSuccess: (kept) => {
        loses.current = false;
        setDraft(undefined);
        setStale(undefined);
        setMistakes([]);
        change({ board: kept.id });
      },
      onError: (problem) => {
        if (problem instanceof ApiProblem && problem.code === 'stale_version') {
          setStale(problem.detail);
        } else if (problem instanceof ApiProblem && problem.errors.length > 0) {
          setMistakes(problem.errors.map((e) => ({ place: e.field, what: e.detail })));
        } else {
          notifications.show({ title: 'Not saved', message: messageOf(problem) });
        }
      },
    });
  }
  async function saveOver() {
    const there = await getDocument<Board>('dashboards', draft!.id);
    keep({ ...draft!, version: there.version });
  }
  async function read(file: File | null) {
    if (!file) return;
    const found = readBoard(await file.text());
    setMistakes(found.mistakes);
    if (found.mistakes.length === 0) {
      begin(found.title, { ...found.board, panels: settle(found.board.panels) });
    }
  }
  function leaveWall() {
    if (document.fullscreenElement) void document.exitFullscreen();
    change({ wall: undefined });
  }
  return (
    <Box>
      <LeaveGuard changed={() => loses.current} />
      {wall ? (
        <Group justify="space-between" mb="sm">
          <Text fw={600} size="lg" component="h1">
            {current.title}
          </Text>
          <Button size="xs" variant="default" onClick={leaveWall}>
            Leave full screen
          </Button>
        </Group>
      ) : (
        <BoardBar
          boards={boards}
          current={current}
          title={draft?.title ?? ''}
          editing={draft !== undefined}
          may={may}
          mayDelete={!current.shipped && (admin || current.owner === session?.user)}
          saving={save.isPending}
          onChoose={(id) => change({ board: id, from: undefined, to: undefined })}
          onTitle={(title) => setDraft((d) => d && { ...d, title })}
          onEdit={() =>
            setDraft({
              id: current.id,
              title: current.title,
              document: current.document,
              version: current.version,
            })
          }
          onAdd={() =>
            setPanel({
              id: panelId(shown.panels),
              title: '',
              type: 'bars',
              query: '* | top 10 event.dataset',
              x: -1,
              y: 0,
              w: 6,
              h: 4,
            })
          }
          onSave={() =>
            draft &&
            keep(draft.version === undefined ? { ...draft, id: idFor(draft.title, ids) } : draft)
          }
          onDiscard={() => {
            setDraft(undefined);
            setMistakes([]);
          }}
          onNew={() => begin('New dashboard', emptyBoard)}
          onCopy={() => begin(copyTitle, current.document)}
          onExport={() =>
            download(
              `${current.id}.json`,
              'application/json',
              writeBoard(current.title, current.document),
            )
          }
          onImport={(file) => void read(file)}
          onDelete={() => setDeleting(true)}
          onWall={() => {
            void document.documentElement.requestFullscreen?.().catch(() => undefined);
            change({ wall: 'true' });
          }}
        />
      )}
      {mistakes.length > 0 && (
        <Alert
          mb="sm"
          color="gray"
          title="That dashboard cannot be taken"
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => setMistakes([])}
        >
          <List size="sm">
            {mistakes.map((m) => (
              <List.Item key={m.place + m.what}>
                <span className="data">{m.place}</span> {m.what}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Grid
        panels={shown.panels}
        range={range}
        refreshS={shown.refresh_s ?? 30}
        editing={draft !== undefined}
        onPanels={setPanels}
        onEdit={setPanel}
        onCopy={(p) => setPanels(addPanel(shown.panels, { ...p, id: panelId(shown.panels) }))}
        onRemove={(id) => setPanels(settle(shown.panels.filter((p) => p.id !== id)))}
        onRange={setRange}
      />
      {panel && (
        <PanelEditor
          panel={panel}
          range={range}
          onClose={() => setPanel(undefined)}
          onDone={(done) => {
            setPanels(
              done.x < 0
                ? addPanel(shown.panels, done)
                : shown.panels.map((p) => (p.id === done.id ? done : p)),
            );
            setPanel(undefined);
          }}
        />
      )}
      <Modal
        opened={stale !== undefined}
        onClose={() => setStale(undefined)}
        title="Somebody else saved this dashboard"
      >
        <Text size="sm" mb="md">
          {stale}
        </Text>
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => {
              setDraft(undefined);
              setStale(undefined);
              void refetch();
            }}
          >
            Load theirs
          </Button>
          <Button onClick={() => void saveOver()}>Save over it</Button>
        </Group>
      </Modal>
      <Modal opened={deleting} onClose={() => setDeleting(false)} title="Delete this dashboard?">
        <Text size="sm" mb="md">
          {current.title} goes for everybody.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setDeleting(false)}>
            Keep it
          </Button>
          <Button
            onClick={() =>
              remove.mutate(current.id, {
                onSuccess: () => {
                  setDeleting(false);
                  change({ board: undefined });
                },
                onError: (problem) =>
                  notifications.show({ title: 'Not deleted', message: messageOf(problem) }),
              })
            }
          >
            Delete it
          </Button>
        </Group>
      </Modal>
    </Box>
  );
}
