// All rules, one line each; only what is in sight is drawn.
import { Box, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Sparkline } from '@/charts/Sparkline';
import { Severity } from '@/parts/Severity';
import { count, shortCount } from '@/time/format';
import { AttackChips } from './AttackChips';
import { isBlind, type RuleRow } from './ruleRows';
import { RuleStateMark } from './RuleStateMark';

interface Props {
  rows: RuleRow[];
  sort: string | undefined;
  onSort: (by: string) => void;
  onOpen: (id: string) => void;
}
const rowPx = 34;
const columns = [
  { name: 'State', sort: 'state', first: 'state' },
  { name: 'Rule', sort: 'title', first: 'title' },
  { name: 'Level', sort: 'level', first: '-level' },
  { name: 'ATT&CK' },
  { name: 'Log source' },
  { name: 'Findings, 7 days', sort: 'findings', first: '-findings' },
  {
    name: 'Cost, 7 days',
    sort: 'tried',
    first: '-tried',
    title: 'Events of its log source: as many it has to look at',
  },
];
const line = {
  display: 'grid',
  gridTemplateColumns: '84px minmax(300px, 1fr) 112px 182px minmax(140px, 180px) 132px 104px',
  gap: 10,
  alignItems: 'center',
  padding: '0 12px',
  minWidth: 1080,
} as const;
const clipped = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

function Head({ sort, onSort }: Pick<Props, 'sort' | 'onSort'>) {
  const now = sort ?? '-findings';
  return (
    <div role="row" style={{ ...line, height: 32 }}>
      {columns.map((c) => {
        const sorts = c.sort !== undefined && now.replace(/^-/, '') === c.sort;
        const down = now.startsWith('-');
        const Arrow = down ? IconArrowDown : IconArrowUp;
        return (
          <span
            key={c.name}
            role="columnheader"
            title={c.title}
            aria-sort={sorts ? (down ? 'descending' : 'ascending') : undefined}
            style={clipped}
          >
            {c.sort ? (
              <UnstyledButton
                onClick={() => onSort(sorts ? (down ? c.sort : `-${c.sort}`) : c.first)}
                style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
              >
                <Text span size="xs" c="dimmed" fw={600}>
                  {c.name}
                </Text>
                {sorts && <Arrow size={12} aria-hidden />}
              </UnstyledButton>
            ) : (
              <Text span size="xs" c="dimmed" fw={600}>
                {c.name}
              </Text>
            )}
          </span>
        );
      })}
    </div>
  );
}

function Source({ row }: { row: RuleRow }) {
  if (row.state === 'off') return null;
  if (row.logsource === '') {
    return (
      <Text span size="xs" c="dimmed">
        by other rules
      </Text>
    );
  }
  return isBlind(row) ? (
    <Text
      span
      size="xs"
      fw={600}
      title={`${row.logsource}: no event of it in 7 days, so the rule cannot find anything`}
    >
      ✕ no such source here
    </Text>
  ) : (
    <span className="quiet" title={row.logsource} style={{ fontSize: 12 }}>
      {row.logsource}
    </span>
  );
}

function Line({ row, onOpen }: { row: RuleRow; onOpen: (id: string) => void }) {
  return (
    <>
      <span role="cell">
        <RuleStateMark state={row.state} />
      </span>
      <span role="cell" style={clipped} title={row.description}>
        {row.id ? (
          <a
            href={`/rules?rule=${encodeURIComponent(row.id)}`}
            className="plain"
            style={{ fontWeight: 500 }}
            onClick={(e) => {
              if (e.metaKey || e.ctrlKey || e.shiftKey) return;
              e.preventDefault();
              e.stopPropagation();
              onOpen(row.id);
            }}
          >
            {row.title}
          </a>
        ) : (
          <span>
            <span className="data">{row.title}</span>{' '}
            <span className="quiet">{row.description}</span>
          </span>
        )}
        {row.own && (
          <Text
            span
            size="xs"
            ml={8}
            px={5}
            style={{ border: '1px solid var(--line)', borderRadius: 4 }}
          >
            own
          </Text>
        )}
      </span>
      <span role="cell">{row.level && <Severity level={row.level} />}</span>
      <span role="cell" style={clipped}>
        <AttackChips attack={row.attack} most={2} />
      </span>
      <span role="cell" style={clipped}>
        <Source row={row} />
      </span>
      <span
        role="cell"
        className="number"
        style={{ display: 'flex', gap: 8, alignItems: 'center' }}
      >
        {row.findings > 0 ? (
          <>
            <Sparkline values={row.days} width={56} height={18} />
            <Text span size="sm">
              {shortCount(row.findings)}
            </Text>
          </>
        ) : (
          <Text span size="xs" c="dimmed">
            {row.state === 'off' ? '' : 'none'}
          </Text>
        )}
      </span>
      <span role="cell" className="number quiet" style={{ fontSize: 12 }}>
        {row.tried !== undefined ? `${shortCount(row.tried)} events` : row.state !== 'off' && '–'}
      </span>
    </>
  );
}

export function RuleTable({ rows, sort, onSort, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 10,
  });
  return (
    <Box
      ref={box}
      role="table"
      aria-label="Rules"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={{ overflow: 'auto', height: 'calc(100vh - 163px)', minHeight: 260 }}
    >
      <div
        role="rowgroup"
        style={{
          position: 'sticky',
          top: 0,
          zIndex: 1,
          minWidth: 1080,
          background: 'var(--surface)',
          borderBottom: '1px solid var(--line)',
        }}
      >
        <Head sort={sort} onSort={onSort} />
      </div>
      <div
        role="rowgroup"
        style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 1080 }}
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              onClick={() => row.id && onOpen(row.id)}
              style={{
                ...line,
                position: 'absolute',
                top: 0,
                left: 0,
                right: 0,
                height: rowPx,
                transform: `translateY(${item.start}px)`,
                cursor: row.id ? 'pointer' : undefined,
                fontSize: 13,
                borderBottom: '1px solid var(--line)',
              }}
            >
              <Line row={row} onOpen={onOpen} />
            </div>
          );
        })}
      </div>
    </Box>
  );
}

export const shownText = (shown: number, all: number): string =>
  shown === all ? `${count(all)} rules` : `${count(shown)} of ${count(all)} rules`;
