// Entries as a file for a spreadsheet. A cell that a spreadsheet would take for a formula gets an
// apostrophe before it: names and queries come from people and from logs.
export function csvCell(value: string | number): string {
  const text = String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

export function csv<Row extends object>(columns: (keyof Row & string)[], rows: Row[]): string {
  const lines = rows.map((row) =>
    columns.map((c) => csvCell((row[c] ?? '') as string | number)).join(','),
  );
  return `${columns.join(',')}\r\n${lines.map((l) => `${l}\r\n`).join('')}`;
}
