import { Box, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { cellText } from '@/api/search';
import type { Row } from '@/api/types';
import { Time } from '@/parts/Time';
import { Summary } from './Summary';

interface Props {
  rows: Row[];
  columns: string[]; // chosen ones; none: time, dataset, summary
  open?: string; // the Seq in the drawer
  onOpen: (seq: string) => void;
}
const rowPx = 28;

function CellOf({ row, column }: { row: Row; column: string }) {
  const text = cellText(row[column]);
  if (column === '@timestamp' && text) return <Time iso={text} />;
  return <span title={text}>{text}</span>;
}

// Newest first; only what is in sight is drawn.
export function EventTable({ rows, columns, open, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const at = rows.findIndex((r) => String(r._seq) === open);
  const walk = (by: number) => {
    const next = rows[at + by];
    if (at >= 0 && next) {
      virtual.scrollToIndex(at + by);
      onOpen(String(next._seq));
    }
  };
  useHotkeys([
    ['ArrowDown', () => walk(1)],
    ['ArrowUp', () => walk(-1)],
  ]);
  const template =
    columns.length > 0
      ? `150px repeat(${columns.length}, minmax(110px, 1fr))`
      : '150px 130px minmax(320px, 1fr)';
  const heads = columns.length > 0 ? ['Time', ...columns] : ['Time', 'Dataset', 'What happened'];
  const line = {
    display: 'grid',
    gridTemplateColumns: template,
    gap: 8,
    alignItems: 'center',
    padding: '0 12px',
  };
  return (
    <Box
      ref={box}
      role="table"
      aria-label="Events"
      aria-rowcount={rows.length}
      style={{ overflow: 'auto', height: 'calc(100vh - 330px)', minHeight: 240 }}
      tabIndex={0}
    >
      <div
        role="rowgroup"
        style={{
          position: 'sticky',
          top: 0,
          zIndex: 1,
          background: 'var(--surface)',
          borderBottom: '1px solid var(--line)',
        }}
      >
        <div role="row" style={{ ...line, height: rowPx }}>
          {heads.map((h) => (
            <Text key={h} role="columnheader" size="xs" c="dimmed" fw={600} truncate>
              {h}
            </Text>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          const seq = String(row._seq);
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              aria-selected={seq === open}
              onClick={() => onOpen(seq)}
              style={{
                ...line,
                position: 'absolute',
                top: 0,
                left: 0,
                right: 0,
                height: rowPx,
                transform: `translateY(${item.start}px)`,
                cursor: 'pointer',
                fontSize: 13,
                background: seq === open ? 'var(--mantine-primary-color-light)' : undefined,
                borderBottom: '1px solid var(--line)',
                whiteSpace: 'nowrap',
              }}
            >
              <span role="cell" className="data quiet" style={{ overflow: 'hidden' }}>
                <a
                  href={`?open=event:${seq}`}
                  className="plain"
                  onClick={(e) => e.preventDefault()}
                >
                  <Time iso={cellText(row['@timestamp'])} />
                </a>
              </span>
              {columns.length > 0 ? (
                columns.map((c) => (
                  <span
                    role="cell"
                    key={c}
                    className="data"
                    style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
                  >
                    <CellOf row={row} column={c} />
                  </span>
                ))
              ) : (
                <>
                  <span
                    role="cell"
                    className="quiet"
                    style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
                  >
                    {cellText(row['event.dataset'])}
                  </span>
                  <span role="cell" style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
                    {row['event.outcome'] === 'failure' && <span aria-label="failure">✕ </span>}
                    <Summary row={row} />
                  </span>
                </>
              )}
            </div>
          );
        })}
      </div>
    </Box>
  );
}
