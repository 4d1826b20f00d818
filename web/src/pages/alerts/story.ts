// The strip of an alert's story: everything that has a time, in its order.
export interface Mark {
  at: string;
  kind: 'event' | 'decision' | 'note';
  text: string;
  seq?: number;
}

export function inOrder(marks: Mark[]): Mark[] {
  return [...marks]
    .filter((m) => !Number.isNaN(Date.parse(m.at)))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

// Where each mark stands, 0 to 1.
export function places(marks: Mark[]): number[] {
  const times = marks.map((m) => Date.parse(m.at));
  const first = Math.min(...times);
  const span = Math.max(...times) - first;
  return times.map((t) => (span === 0 ? 0.5 : (t - first) / span));
}

interface Change {
  what: string;
  from: string;
  to: string;
}
// "state: new → closed", "note: …".
export function changeWords({ what, from, to }: Change): string {
  if (what === 'opened') return 'opened';
  if (what === 'note') return `note: ${to}`;
  return from ? `${what}: ${from} → ${to}` : `${what}: ${to}`;
}
