import { expect, it } from 'vitest';
import { csv, csvCell } from './csv';

it('cells are no formulas and keep their quotes', () => {
  expect(csvCell('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
  expect(['+1', '-1', '@x', '\tx'].map((c) => csvCell(c)[0])).toEqual(["'", "'", "'", "'"]);
  expect(csvCell(-1)).toBe('-1');
  expect(csvCell('plain')).toBe('plain');
  expect(csvCell('a\nb')).toBe('"a\nb"');
});

it('rows have the columns in order', () => {
  expect(csv(['b', 'a'], [{ a: 1, b: 'x,y' }])).toBe('b,a\r\n"x,y",1\r\n');
});
