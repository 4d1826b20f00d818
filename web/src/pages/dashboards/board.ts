// What a dashboard holds: docs/dashboards.md.
export const panelTypes = [
  'timeseries',
  'bars',
  'pie',
  'value',
  'table',
  'map',
  'heatmap',
] as const;
export type PanelType = (typeof panelTypes)[number];
export const panelTypeNames: Record<PanelType, string> = {
  timeseries: 'Over time',
  bars: 'Bars',
  pie: 'Pie',
  value: 'Single value',
  table: 'Table',
  map: 'Map',
  heatmap: 'Heat map',
};

export interface BoardPanel {
  id: string;
  title: string;
  type: PanelType;
  query: string;
  x: number;
  y: number;
  w: number;
  h: number;
  options?: { stacked?: boolean; unit?: string };
}
export interface Board {
  description?: string;
  range?: string;
  refresh_s?: number;
  panels: BoardPanel[];
}
export const emptyBoard: Board = { range: '24h', refresh_s: 30, panels: [] };
export const boardBytesMost = 256 * 1024;
export const panelsMost = 60;

export interface Mistake {
  place: string;
  what: string;
}
export interface ReadBoard {
  title: string;
  board: Board;
  mistakes: Mistake[];
}

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const whole = (v: unknown, low: number, high: number) =>
  Number.isInteger(v) && (v as number) >= low && (v as number) <= high;

function panelMistakes(given: unknown, at: number, ids: Set<string>): Mistake[] {
  const place = `panels[${at}]`;
  if (!isObject(given)) return [{ place, what: 'must be an object' }];
  const found: Mistake[] = [];
  const say = (member: string, what: string) => found.push({ place: `${place}.${member}`, what });
  if (typeof given.id !== 'string' || !/^[a-z0-9-]{1,64}$/.test(given.id)) {
    say('id', 'must be of a-z, 0-9 and -');
  } else if (ids.has(given.id)) {
    say('id', `another panel is called ${given.id}`);
  } else {
    ids.add(given.id);
  }
  if (typeof given.title !== 'string' || given.title.trim() === '') say('title', 'is missing');
  if (!panelTypes.includes(given.type as PanelType)) {
    say('type', `must be one of ${panelTypes.join(', ')}`);
  }
  if (typeof given.query !== 'string') say('query', 'is missing');
  if (!whole(given.x, 0, 11)) say('x', 'must be a whole number of 0 to 11');
  if (!whole(given.w, 1, 12)) say('w', 'must be a whole number of 1 to 12');
  else if (whole(given.x, 0, 11) && Number(given.x) + Number(given.w) > 12) {
    say('w', 'x and w together are at most 12');
  }
  if (!whole(given.y, 0, 500)) say('y', 'must be a whole number of 0 to 500');
  if (!whole(given.h, 1, 40)) say('h', 'must be a whole number of 1 to 40');
  if (given.options !== undefined && !isObject(given.options)) say('options', 'must be an object');
  return found;
}

// A file that somebody exported or wrote; each mistake names its place.
export function readBoard(text: string): ReadBoard {
  const nothing: ReadBoard = { title: '', board: emptyBoard, mistakes: [] };
  const wrong = (place: string, what: string) => ({ ...nothing, mistakes: [{ place, what }] });
  if (new TextEncoder().encode(text).length > boardBytesMost) {
    return wrong('the file', 'has more than 256 KiB');
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return wrong('the file', `is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(given)) return wrong('the file', 'must hold an object');
  const document = given.document;
  if (!isObject(document)) return wrong('document', 'is missing');
  const mistakes: Mistake[] = [];
  if (typeof given.title !== 'string' || given.title.trim() === '') {
    mistakes.push({ place: 'title', what: 'is missing' });
  }
  if (document.range !== undefined && !/^\d{1,9}[smhdw]$/.test(String(document.range))) {
    mistakes.push({ place: 'range', what: 'must be a span such as 24h or 7d' });
  }
  if (
    document.refresh_s !== undefined &&
    document.refresh_s !== 0 &&
    !whole(document.refresh_s, 5, 3600)
  ) {
    mistakes.push({ place: 'refresh_s', what: 'must be 0 or a whole number of 5 to 3600' });
  }
  const ids = new Set<string>();
  if (!Array.isArray(document.panels)) {
    mistakes.push({ place: 'panels', what: 'must be a list of panels' });
  } else if (document.panels.length > panelsMost) {
    mistakes.push({ place: 'panels', what: `at most ${panelsMost} fit` });
  } else {
    mistakes.push(...document.panels.flatMap((p, i) => panelMistakes(p, i, ids)));
  }
  return {
    title: String(given.title ?? ''),
    board: document as unknown as Board,
    mistakes: mistakes.slice(0, 20),
  };
}

export function writeBoard(title: string, board: Board): string {
  return `${JSON.stringify({ title, document: board }, null, 2)}\n`;
}
