// What could stand where the caret is: a field, a value of a field, or a verb after a bar.
import { verbs } from './fields';

export interface Wanted {
  kind: 'field' | 'value' | 'verb';
  field?: string;
  typed: string;
  from: number; // where what was typed begins
}

export function wantedAt(query: string, caret: number): Wanted {
  const before = query.slice(0, caret);
  const word = /[^\s()|]*$/.exec(before)![0];
  const from = caret - word.length;
  const rest = before.slice(0, from).trimEnd();
  if (rest.endsWith('|')) return { kind: 'verb', typed: word, from };
  const colon = word.indexOf(':');
  if (colon > 0) {
    return {
      kind: 'value',
      field: word.slice(0, colon),
      typed: word.slice(colon + 1).replace(/^"/, ''),
      from: from + colon + 1,
    };
  }
  return { kind: 'field', typed: word, from };
}

export function complete(
  query: string,
  caret: number,
  wanted: Wanted,
  choice: string,
): { query: string; caret: number } {
  const quoted =
    wanted.kind === 'value' && !/^[A-Za-z0-9_.-]+$/.test(choice)
      ? `"${choice.replace(/["\\]/g, '\\$&')}"`
      : choice;
  const tail = wanted.kind === 'field' ? ':' : ' ';
  const head = query.slice(0, wanted.from) + quoted + tail;
  return { query: head + query.slice(caret).trimStart(), caret: head.length };
}

export function matching(all: readonly string[], typed: string, most = 10): string[] {
  const low = typed.toLowerCase();
  const begins = all.filter((a) => a.toLowerCase().startsWith(low));
  const holds = all.filter((a) => !begins.includes(a) && a.toLowerCase().includes(low));
  return [...begins, ...holds].slice(0, most);
}

export const verbsFor = (typed: string) => matching(verbs, typed, 13);

// "(character 6)" of a refusal; undefined when it names none.
export function problemColumn(detail: string): number | undefined {
  const match = /\(character (\d+)\)/.exec(detail);
  return match ? Number(match[1]) : undefined;
}
