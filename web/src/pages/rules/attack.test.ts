import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attackOf, matrixOf, namesTechnique, strength, tacticTitle, techniqueName } from './attack';
import { techniqueNames } from './attackNames';

const rule = (tags: string[], findings: number[] = [], level = 'high', blind = false) => ({
  tags,
  findings,
  level,
  blind,
});

describe("tags of MITRE's ATT&CK", () => {
  it('are tactics and techniques in any case, and nothing else', () => {
    expect(
      attackOf(['attack.T1110.001', 'attack.credential_access', 'cve.2021-44228', 'attack.<b>']),
    ).toEqual({ tactics: ['credential-access'], techniques: ['T1110.001'] });
  });
  it('have names, or show their id', () => {
    expect(techniqueName('T1110.004')).toBe('Brute Force');
    expect(techniqueName('T9999')).toBe('T9999');
    expect(techniqueName('constructor')).toBe('constructor');
    expect(tacticTitle('command-and-control')).toBe('Command and control');
  });
  it('name a technique by its sub-techniques', () => {
    expect(namesTechnique(['attack.t1110.001'], 'T1110')).toBe(true);
    expect(namesTechnique(['attack.t1110'], 'T1110.001')).toBe(false);
  });
  it('have the same names as the command line', () => {
    const header = readFileSync('../src/cli/attack_names.h', 'utf8');
    const pairs = [...header.matchAll(/\{"(T\d+)", "([^"]+)"\}/g)].map((m) => [m[1], m[2]]);
    expect(pairs.length).toBeGreaterThan(100);
    expect(techniqueNames).toEqual(Object.fromEntries(pairs));
  });
});

describe('the matrix', () => {
  const matrix = matrixOf([
    rule(['attack.impact', 'attack.t1499'], [0, 2], 'medium'),
    rule(['attack.credential-access', 'attack.t1110.001', 'attack.t1110.003'], [1, 4], 'low'),
    rule(['attack.credential-access', 'attack.t1110'], [0, 1], 'high'),
    rule(['attack.credential-access', 'attack.t1552'], [], 'high', true),
    rule(['attack.t1071']),
    rule([]),
  ]);
  it('has tactics in their order, and techniques with findings first', () => {
    expect(matrix.columns.map((c) => c.tactic)).toEqual(['credential-access', 'impact', '']);
    expect(matrix.columns[0]!.cells.map((c) => c.technique)).toEqual(['T1110', 'T1552']);
    expect(matrix.empty).toContain('reconnaissance');
    expect(matrix.empty).not.toContain('stealth');
  });
  it('folds sub-techniques into their technique', () => {
    expect(matrix.columns[0]!.cells[0]).toMatchObject({
      rules: 2,
      findings: 6,
      days: [1, 5],
      subs: ['T1110.001', 'T1110.003'],
      seenLevel: 'high',
      blind: false,
    });
    expect(matrix.columns[0]!.cells[1]).toMatchObject({ blind: true, findings: 0 });
  });
  it('counts what it covers', () =>
    expect(matrix).toMatchObject({ techniques: 4, seen: 2, untagged: 1 }));
});

it('colours by powers of ten', () => {
  expect(strength(0, 100)).toBe(0);
  expect(strength(100, 100)).toBe(1);
  expect(strength(10, 100)).toBeGreaterThan(0.4);
  expect(strength(5, 0)).toBe(0);
});
