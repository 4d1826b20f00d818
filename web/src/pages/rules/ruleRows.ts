// The list's rows: what is known about each rule, put together from four answers.
import type { ListedRule, LoadIssue, Logsources, RuleActivity } from '@/api/rules';
import { attackOf, namesTechnique, type Attack } from './attack';

// armed: its decisions are carried out · dry run: it finds and alerts, decisions are only recorded ·
// off: it was refused and looks at nothing.
export type RuleState = 'armed' | 'dry run' | 'off';

export interface RuleRow {
  id: string; // "" for what was refused
  title: string;
  description: string;
  state: RuleState;
  level: string;
  own: boolean;
  kind: string;
  tags: readonly string[];
  attack: Attack;
  logsource: string;
  tried?: number; // events of its logsource in a week; undefined: not known
  findings: number;
  days: number[];
}
export interface ArmedRule {
  what: string;
  id: string;
  version: string;
  in_force: boolean;
}
export interface RowParts {
  rules: readonly ListedRule[];
  issues?: readonly LoadIssue[];
  activity?: RuleActivity;
  logsources?: Logsources;
  armed?: readonly ArmedRule[];
}

export function rowsOf({ rules, issues, activity, logsources, armed }: RowParts): RuleRow[] {
  const events = new Map(logsources?.logsources.map((l) => [l.logsource, l.events]));
  const acting = new Set(armed?.filter((a) => a.what === 'rule' && a.in_force).map((a) => a.id));
  const rows = rules.map((rule): RuleRow => {
    const days = activity && Object.hasOwn(activity.rules, rule.id) ? activity.rules[rule.id]! : [];
    return {
      id: rule.id,
      title: rule.title,
      description: rule.description,
      state: acting.has(rule.id) ? 'armed' : 'dry run',
      level: rule.level,
      own: rule.own ?? false,
      kind: rule.kind,
      tags: rule.tags,
      attack: attackOf(rule.tags),
      logsource: rule.logsource,
      tried: events.get(rule.logsource),
      findings: days.reduce((sum, n) => sum + n, 0),
      days,
    };
  });
  const refused = (issues ?? [])
    .filter((issue) => issue.refused)
    .map((issue): RuleRow => ({
      id: '',
      title: `${issue.file}:${issue.line}:${issue.column}`,
      description: issue.reason,
      state: 'off',
      level: '',
      own: !issue.file.startsWith('builtin:'),
      kind: 'refused',
      tags: [],
      attack: { tactics: [], techniques: [] },
      logsource: '',
      findings: 0,
      days: [],
    }));
  return [...refused, ...rows];
}

export interface Filter {
  find?: string;
  level?: string;
  state?: string;
  own?: boolean;
  technique?: string;
  tactic?: string;
}

export function isBlind(row: Pick<RuleRow, 'logsource' | 'tried'>): boolean {
  return row.logsource !== '' && row.tried === 0;
}

// Every word of the text must stand somewhere in the rule.
export function fits(row: RuleRow, filter: Filter): boolean {
  if (filter.level && row.level !== filter.level) return false;
  if (filter.state === 'no source' ? !isBlind(row) : filter.state && row.state !== filter.state)
    return false;
  if (filter.own && !row.own) return false;
  if (filter.technique && !namesTechnique(row.tags, filter.technique.toUpperCase())) return false;
  if (filter.tactic && !row.attack.tactics.includes(filter.tactic)) return false;
  if (!filter.find) return true;
  const text =
    `${row.title} ${row.description} ${row.id} ${row.tags.join(' ')} ${row.logsource}`.toLowerCase();
  return filter.find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const levelRank = ['informational', 'low', 'medium', 'high', 'critical'];
const stateRank: RuleState[] = ['armed', 'dry run', 'off'];
export const sortable = ['state', 'title', 'level', 'findings', 'tried'] as const;
type Sort = (typeof sortable)[number];

const orders: Record<Sort, (a: RuleRow, b: RuleRow) => number> = {
  state: (a, b) => stateRank.indexOf(a.state) - stateRank.indexOf(b.state),
  title: (a, b) => a.title.localeCompare(b.title),
  level: (a, b) => levelRank.indexOf(a.level) - levelRank.indexOf(b.level),
  findings: (a, b) => a.findings - b.findings,
  tried: (a, b) => (a.tried ?? -1) - (b.tried ?? -1),
};

// "title", or "-findings" for the most first; unknown words mean "-findings".
export function sorted(rows: readonly RuleRow[], by: string | undefined): RuleRow[] {
  const wanted = by ?? '-findings';
  const down = wanted.startsWith('-');
  const name = (down ? wanted.slice(1) : wanted) as Sort;
  const order = sortable.includes(name) ? orders[name] : orders.findings;
  const sign = down || !sortable.includes(name) ? -1 : 1;
  return [...rows].sort(
    (a, b) =>
      sign * order(a, b) ||
      levelRank.indexOf(b.level) - levelRank.indexOf(a.level) ||
      a.title.localeCompare(b.title),
  );
}
