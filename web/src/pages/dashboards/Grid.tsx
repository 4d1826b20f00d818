// The panels at their places; while editing they are moved and resized by mouse, touch or keys.
import { ActionIcon, Box, Group, Menu, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowsMove, IconDots, IconResize } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRef, type PointerEvent } from 'react';
import type { Range } from '@/time/range';
import { keepRange, type UrlState } from '@/url/urlState';
import type { BoardPanel } from './board';
import { columns, moveTo, resizeTo, step } from './layout';
import { PanelBody } from './PanelBody';

const rowHeight = 64;
const gap = 12;
const headHeight = 44;

interface Props {
  panels: BoardPanel[];
  range: Range;
  refreshS: number;
  editing: boolean;
  onPanels: (panels: BoardPanel[]) => void;
  onEdit: (panel: BoardPanel) => void;
  onCopy: (panel: BoardPanel) => void;
  onRemove: (id: string) => void;
  onRange: (range: Range) => void;
}

export function Grid(props: Props) {
  const { panels, editing, onPanels } = props;
  const box = useRef<HTMLDivElement>(null);
  const phone = useMediaQuery('(max-width: 48em)');
  const drag = useRef<{ id: string; resize: boolean; x: number; y: number; at: BoardPanel }>(
    undefined,
  );

  function begin(event: PointerEvent<HTMLButtonElement>, panel: BoardPanel, resize: boolean) {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { id: panel.id, resize, x: event.clientX, y: event.clientY, at: panel };
  }
  function follow(event: PointerEvent<HTMLButtonElement>) {
    const now = drag.current;
    if (!now || !box.current) return;
    const column = (box.current.clientWidth + gap) / columns;
    const dx = Math.round((event.clientX - now.x) / column);
    const dy = Math.round((event.clientY - now.y) / (rowHeight + gap));
    onPanels(
      now.resize
        ? resizeTo(panels, now.id, now.at.w + dx, now.at.h + dy)
        : moveTo(panels, now.id, now.at.x + dx, now.at.y + dy),
    );
  }
  const handle = (panel: BoardPanel, resize: boolean) => ({
    onPointerDown: (e: PointerEvent<HTMLButtonElement>) => begin(e, panel, resize),
    onPointerMove: follow,
    onPointerUp: () => (drag.current = undefined),
    onPointerCancel: () => (drag.current = undefined),
    style: { touchAction: 'none', cursor: resize ? 'nwse-resize' : 'move' },
  });
  const ordered = [...panels].sort((a, b) => a.y - b.y || a.x - b.x);
  return (
    <Box
      ref={box}
      style={
        phone
          ? { display: 'grid', gap, gridTemplateColumns: 'minmax(0, 1fr)' }
          : {
              display: 'grid',
              gap,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              gridAutoRows: rowHeight,
            }
      }
    >
      {ordered.map((panel) => {
        const height = panel.h * rowHeight + (panel.h - 1) * gap - headHeight - 12;
        return (
          <Box
            key={panel.id}
            component="section"
            className="surface"
            aria-label={panel.title}
            p="sm"
            pt={8}
            style={{
              minWidth: 0,
              overflow: 'hidden',
              position: 'relative',
              ...(phone
                ? { height: Math.max(140, height + headHeight + 12) }
                : {
                    gridColumn: `${panel.x + 1} / span ${panel.w}`,
                    gridRow: `${panel.y + 1} / span ${panel.h}`,
                  }),
            }}
          >
            <Group justify="space-between" wrap="nowrap" h={headHeight - 14} mb={6} gap={4}>
              <Title order={2} size={14} lineClamp={1}>
                {panel.title}
              </Title>
              <Group gap={2} wrap="nowrap">
                {editing && !phone && (
                  <ActionIcon
                    size="sm"
                    variant="subtle"
                    color="gray"
                    aria-label={`Move ${panel.title}: arrow keys move it, with Shift they resize it`}
                    onKeyDown={(e) => {
                      const next = step(panels, panel.id, e.key, e.shiftKey);
                      if (next) {
                        e.preventDefault();
                        onPanels(next);
                      }
                    }}
                    {...handle(panel, false)}
                  >
                    <IconArrowsMove size={15} />
                  </ActionIcon>
                )}
                <Menu position="bottom-end" withinPortal>
                  <Menu.Target>
                    <ActionIcon
                      size="sm"
                      variant="subtle"
                      color="gray"
                      aria-label={`${panel.title}: actions`}
                    >
                      <IconDots size={15} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      component={Link}
                      to="/events"
                      search={((old: UrlState) => ({ ...keepRange(old), q: panel.query })) as never}
                    >
                      Open in Events
                    </Menu.Item>
                    {editing && (
                      <>
                        <Menu.Item onClick={() => props.onEdit(panel)}>Edit the panel</Menu.Item>
                        <Menu.Item onClick={() => props.onCopy(panel)}>Duplicate</Menu.Item>
                        <Menu.Item onClick={() => props.onRemove(panel.id)}>Remove</Menu.Item>
                      </>
                    )}
                  </Menu.Dropdown>
                </Menu>
              </Group>
            </Group>
            <Box style={{ height: phone ? Math.max(84, height) : height }}>
              <PanelBody
                panel={panel}
                range={props.range}
                height={phone ? Math.max(84, height) : height}
                refreshS={props.refreshS}
                onRange={props.onRange}
              />
            </Box>
            {editing && !phone && (
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-hidden
                tabIndex={-1}
                pos="absolute"
                right={2}
                bottom={2}
                {...handle(panel, true)}
              >
                <IconResize size={13} />
              </ActionIcon>
            )}
          </Box>
        );
      })}
      {panels.length === 0 && (
        <Text c="dimmed" style={{ gridColumn: '1 / -1' }} ta="center" py="xl">
          {editing ? 'Add a panel to begin.' : 'This dashboard has no panels yet.'}
        </Text>
      )}
    </Box>
  );
}
