// Panels on a grid of twelve columns: none over another, none floating.
import type { BoardPanel } from './board';

export const columns = 12;
const heightMost = 40;

const overlap = (a: BoardPanel, b: BoardPanel) =>
  a.id !== b.id && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v));

// Everybody makes room for the panel `first`, then rises as far as there is room.
export function settle(panels: BoardPanel[], first?: string): BoardPanel[] {
  const order = [...panels].sort(
    (a, b) => a.y - b.y || (a.id === first ? -1 : 0) - (b.id === first ? -1 : 0) || a.x - b.x,
  );
  const placed: BoardPanel[] = [];
  const fits = (p: BoardPanel) => !placed.some((other) => overlap(p, other));
  for (const panel of order) {
    let next = { ...panel };
    while (!fits(next)) next = { ...next, y: next.y + 1 };
    while (next.y > 0 && fits({ ...next, y: next.y - 1 })) next = { ...next, y: next.y - 1 };
    placed.push(next);
  }
  return panels.map((p) => placed.find((q) => q.id === p.id)!);
}

export function moveTo(panels: BoardPanel[], id: string, x: number, y: number): BoardPanel[] {
  return settle(
    panels.map((p) =>
      p.id === id ? { ...p, x: clamp(x, 0, columns - p.w), y: clamp(y, 0, 500) } : p,
    ),
    id,
  );
}

export function resizeTo(panels: BoardPanel[], id: string, w: number, h: number): BoardPanel[] {
  return settle(
    panels.map((p) =>
      p.id === id ? { ...p, w: clamp(w, 1, columns - p.x), h: clamp(h, 1, heightMost) } : p,
    ),
    id,
  );
}

// One step by the keyboard. Down goes past the panel below, which would otherwise push it back.
export function step(
  panels: BoardPanel[],
  id: string,
  key: string,
  resize: boolean,
): BoardPanel[] | undefined {
  const panel = panels.find((p) => p.id === id);
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!panel || !by) return undefined;
  const [dx, dy] = by as [number, number];
  if (resize) return resizeTo(panels, id, panel.w + dx, panel.h + dy);
  if (dy === 0) return moveTo(panels, id, panel.x + dx, panel.y);
  const inColumn = panels.filter(
    (p) => p.id !== id && p.x < panel.x + panel.w && panel.x < p.x + p.w,
  );
  if (dy > 0) {
    const below = inColumn.filter((p) => p.y >= panel.y + panel.h).sort((a, b) => a.y - b.y)[0];
    if (!below) return panels;
    const raised = panels.map((p) => (p.id === below.id ? { ...p, y: panel.y } : p));
    return moveTo(raised, id, panel.x, panel.y + below.h);
  }
  const above = inColumn.filter((p) => p.y < panel.y).sort((a, b) => b.y - a.y)[0];
  return above ? moveTo(panels, id, panel.x, above.y) : panels;
}

export function addPanel(panels: BoardPanel[], panel: Omit<BoardPanel, 'x' | 'y'>): BoardPanel[] {
  const y = Math.max(0, ...panels.map((p) => p.y + p.h));
  return settle([...panels, { ...panel, x: 0, y }]);
}

// A name that no panel has.
export function panelId(panels: BoardPanel[]): string {
  let n = panels.length + 1;
  while (panels.some((p) => p.id === `panel-${n}`)) n += 1;
  return `panel-${n}`;
}
