// ATT&CK: what the rules in force look for, and what of it was seen here in the last days.
import {
  Box,
  Group,
  Text,
  Title,
  UnstyledButton,
  useComputedColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { useMemo, type CSSProperties } from 'react';
import { EmptyState } from '@/parts/States';
import { count, shortCount } from '@/time/format';
import { matrixOf, strength, tacticTitle, type Cell } from './attack';
import css from './Matrix.module.css';
import { isBlind, type RuleRow } from './ruleRows';

export type MatrixBy = 'seen' | 'loaded';
interface Props {
  rows: RuleRow[];
  by: MatrixBy;
  onPick: (tactic: string, technique: string) => void;
}

const rulesText = (n: number) => `${count(n)} ${n === 1 ? 'rule' : 'rules'}`;

function describe(cell: Cell): string {
  const seen =
    cell.findings > 0
      ? `${count(cell.findings)} findings in 7 days, the highest level ${cell.seenLevel}`
      : cell.blind
        ? 'no such source here: its rules cannot find anything'
        : 'nothing found in 7 days';
  const subs = cell.subs.length > 0 ? `, with ${cell.subs.join(', ')}` : '';
  return `${cell.technique} ${cell.name}${subs}: ${rulesText(cell.rules)}; ${seen}`;
}

// A week as seven blocks, the strongest day the brightest.
function Days({ days }: { days: number[] }) {
  const most = Math.max(1, ...days);
  return (
    <span className={css.days} aria-hidden>
      {days.map((n, day) => (
        <span key={day} style={{ opacity: n > 0 ? 0.35 + 0.65 * (n / most) : 0.12 }} />
      ))}
    </span>
  );
}

function TechniqueCell({
  cell,
  percent,
  shade,
  onPick,
}: {
  cell: Cell;
  percent: number;
  shade: string;
  onPick: () => void;
}) {
  const seen = cell.findings > 0;
  return (
    <UnstyledButton
      className={[css.cell, seen ? css.seen : '', cell.blind && !seen ? css.blind : ''].join(' ')}
      style={{ '--strength': Math.round(percent), '--shade': shade } as CSSProperties}
      title={describe(cell)}
      onClick={onPick}
    >
      {seen && (
        <span
          className={css.mark}
          aria-hidden
          style={{ background: `var(--severity-${cell.seenLevel})` }}
        />
      )}
      <span className={css.id}>
        {cell.technique}
        {cell.subs.length > 0 && <span>+{cell.subs.length}</span>}
      </span>
      <span className={css.name}>{cell.name === cell.technique ? '' : cell.name}</span>
      <span className={css.foot}>
        <span className={seen ? undefined : 'quiet'}>{rulesText(cell.rules)}</span>
        {seen && (
          <span className={css.found}>
            {shortCount(cell.findings)}
            <VisuallyHidden> findings in 7 days</VisuallyHidden>
          </span>
        )}
        {cell.blind && !seen && <VisuallyHidden>no such source here</VisuallyHidden>}
      </span>
      {seen && <Days days={cell.days} />}
    </UnstyledButton>
  );
}

function Legend({ by, shade }: { by: MatrixBy; shade: string }) {
  const swatch = (percent: number, extra = '') => (
    <span
      className={`${css.cell} ${css.legend} ${extra}`}
      aria-hidden
      style={{ '--strength': percent, '--shade': shade } as CSSProperties}
    />
  );
  return (
    <Group gap={14} c="dimmed">
      <Group gap={5}>
        {swatch(by === 'seen' ? 0 : 8)}
        <Text size="xs">{by === 'seen' ? 'a rule is loaded, nothing seen' : 'one rule'}</Text>
      </Group>
      <Group gap={3}>
        {swatch(16, css.seen)}
        {swatch(40, css.seen)}
        {swatch(72, css.seen)}
        <Text size="xs" ml={2}>
          {by === 'seen' ? 'seen, few to many findings' : 'more rules'}
        </Text>
      </Group>
      <Group gap={5}>
        {swatch(0, css.blind)}
        <Text size="xs">no such source here</Text>
      </Group>
    </Group>
  );
}

export function Matrix({ rows, by, onPick }: Props) {
  const dark = useComputedColorScheme() === 'dark';
  const shade = dark ? '#b7791f' : '#e0a63a';
  const matrix = useMemo(
    () =>
      matrixOf(
        rows
          .filter((r) => r.state !== 'off')
          .map((r) => ({ tags: r.tags, findings: r.days, level: r.level, blind: isBlind(r) })),
      ),
    [rows],
  );
  const all = matrix.columns.flatMap((c) => c.cells);
  const value = (cell: Cell) => (by === 'seen' ? cell.findings : cell.rules);
  const most = Math.max(1, ...all.map(value));
  if (all.length === 0) {
    return (
      <EmptyState title="No rule names a technique">
        Give rules tags such as attack.credential-access and attack.t1110: they are counted here.
      </EmptyState>
    );
  }
  return (
    <Box className="surface" p="sm" component="section" aria-label="ATT&CK matrix">
      <Group justify="space-between" mb="md" align="flex-start">
        <div>
          <Title order={2} size={17}>
            {count(matrix.techniques)} techniques watched, {count(matrix.seen)} seen in the last 7
            days
          </Title>
          <Text size="sm" c="dimmed">
            {matrix.empty.length > 0
              ? `No rule looks for ${matrix.empty.map((t) => tacticTitle(t).toLowerCase()).join(' or ')}. `
              : 'Every tactic has a rule. '}
            {matrix.untagged > 0 && `${rulesText(matrix.untagged)} name no technique.`}
          </Text>
        </div>
        <Legend by={by} shade={shade} />
      </Group>
      <Box style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label="Tactics">
        <ul className={css.grid}>
          {matrix.columns.map((column) => (
            <li key={column.tactic} className={css.column}>
              <div className={css.head}>
                <h3 className={css.tactic} lang="en">
                  {tacticTitle(column.tactic)}
                </h3>
                <Text size="xs" c="dimmed" className="number" fz={11}>
                  {count(column.cells.filter((c) => c.findings > 0).length)} of{' '}
                  {count(column.cells.length)} seen
                </Text>
              </div>
              <ul className={css.cells}>
                {column.cells.map((cell) => (
                  <li key={cell.technique} lang="en">
                    <TechniqueCell
                      cell={cell}
                      shade={shade}
                      percent={
                        value(cell) > 0
                          ? (by === 'seen' ? 12 : 4) +
                            strength(value(cell), most) ** 1.7 * (dark ? 50 : 78)
                          : 0
                      }
                      onPick={() => onPick(cell.tactic, cell.technique)}
                    />
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </Box>
    </Box>
  );
}
