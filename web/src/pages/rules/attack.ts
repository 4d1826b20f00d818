// What the rules' tags say about ATT&CK: attack.credential-access is a tactic, attack.t1110.001 a
// technique. As src/cli/attack_matrix.cc reads them.
import { techniqueNames } from './attackNames';

// Left to right, as the matrix of ATT&CK has them.
const tacticOrder = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
];
// Parts that newer editions split defense evasion into: shown only when a rule names them.
const newerTactics = new Set(['stealth', 'defense-impairment']);

export interface Attack {
  tactics: string[];
  techniques: string[]; // "T1110.001", upper case
}

export function attackOf(tags: readonly string[]): Attack {
  const tactics = new Set<string>();
  const techniques = new Set<string>();
  for (const tag of tags) {
    const word = tag.toLowerCase();
    if (!word.startsWith('attack.')) continue;
    const rest = word.slice('attack.'.length).replaceAll('_', '-');
    if (/^t\d{4,6}(\.\d{1,4})?$/.test(rest)) techniques.add(rest.toUpperCase());
    else if (tacticOrder.includes(rest)) tactics.add(rest);
  }
  return { tactics: [...tactics], techniques: [...techniques] };
}

export const parentOf = (technique: string): string => technique.split('.')[0]!;

// "Brute Force" of T1110 and T1110.001; the id itself when the name is not known.
export function techniqueName(id: string): string {
  return Object.hasOwn(techniqueNames, parentOf(id)) ? techniqueNames[parentOf(id)]! : id;
}

// "Credential access"
export function tacticTitle(tactic: string): string {
  if (tactic === '') return 'Without a tactic';
  return (tactic[0]!.toUpperCase() + tactic.slice(1)).replaceAll('-', ' ');
}

// A rule fits "T1110" when it names it or one of its sub-techniques.
export function namesTechnique(tags: readonly string[], wanted: string): boolean {
  return attackOf(tags).techniques.some((t) => t === wanted || parentOf(t) === wanted);
}

export interface MatrixRule {
  tags: readonly string[];
  findings: number[]; // a day, oldest first
  level: string;
  blind: boolean; // its logsource never had an event
}
export interface Cell {
  tactic: string;
  technique: string;
  name: string;
  rules: number;
  subs: string[]; // sub-techniques that rules name
  findings: number;
  days: number[];
  seenLevel?: string; // the highest level of a rule that found something
  blind: boolean; // no rule of it has a source
}
export interface Matrix {
  columns: { tactic: string; cells: Cell[] }[];
  empty: string[]; // tactics that no rule names
  techniques: number;
  seen: number; // techniques with findings
  untagged: number; // rules that name no technique
}

const levelRank = ['informational', 'low', 'medium', 'high', 'critical'];

function addRule(cell: Cell, rule: MatrixRule, subs: string[]): void {
  cell.rules += 1;
  cell.blind &&= rule.blind;
  for (const sub of subs) if (!cell.subs.includes(sub)) cell.subs.push(sub);
  const found = rule.findings.reduce((sum, n) => sum + n, 0);
  cell.findings += found;
  rule.findings.forEach((n, day) => (cell.days[day] = (cell.days[day] ?? 0) + n));
  if (found > 0 && levelRank.indexOf(rule.level) > levelRank.indexOf(cell.seenLevel ?? '')) {
    cell.seenLevel = rule.level;
  }
}

// Tactics as columns, techniques as their cells: those with most findings first, then with most rules.
export function matrixOf(rules: readonly MatrixRule[]): Matrix {
  const cells = new Map<string, Map<string, Cell>>();
  let untagged = 0;
  for (const rule of rules) {
    const { tactics, techniques } = attackOf(rule.tags);
    if (techniques.length === 0) untagged += 1;
    const parents = new Set(techniques.map(parentOf));
    for (const tactic of tactics.length > 0 ? tactics : ['']) {
      const column = cells.get(tactic) ?? new Map<string, Cell>();
      for (const technique of parents) {
        const cell = column.get(technique) ?? {
          tactic,
          technique,
          name: techniqueName(technique),
          rules: 0,
          subs: [],
          findings: 0,
          days: [],
          blind: true,
        };
        addRule(
          cell,
          rule,
          techniques.filter((t) => t !== technique && parentOf(t) === technique),
        );
        column.set(technique, cell);
      }
      if (column.size > 0) cells.set(tactic, column);
    }
  }
  const columns = [...tacticOrder, '']
    .filter((tactic) => cells.has(tactic))
    .map((tactic) => ({
      tactic,
      cells: [...cells.get(tactic)!.values()].sort(
        (a, b) =>
          b.findings - a.findings || b.rules - a.rules || a.technique.localeCompare(b.technique),
      ),
    }));
  const all = columns.flatMap((c) => c.cells);
  return {
    columns,
    empty: tacticOrder.filter((t) => !cells.has(t) && !newerTactics.has(t)),
    techniques: new Set(all.map((c) => c.technique)).size,
    seen: new Set(all.filter((c) => c.findings > 0).map((c) => c.technique)).size,
    untagged,
  };
}

// How strong a cell is coloured, 0 to 1: by powers of ten, so that one flood does not pale the rest.
export function strength(n: number, most: number): number {
  return n <= 0 || most <= 0 ? 0 : Math.log1p(n) / Math.log1p(Math.max(n, most));
}
