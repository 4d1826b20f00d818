// @vitest-environment node
import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromHex, int64, micros, toHex, utf8, type Bytes } from './bytes';
import { checkProof, type InclusionProof } from './check';
import { key, proof, record } from './check.sample';
import { parseCheckpoint, parseVerifierKey } from './checkpoint';
import { leafHash, nodeHash, rootOfInclusion, sha256With } from './merkle';

const subtle = webcrypto.subtle as unknown as SubtleCrypto;
const sha256 = sha256With(subtle);

const flipped = (hex: string, at = 0) =>
  hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1);

describe('bytes', () => {
  it('refuse what is not well formed', () => {
    expect(() => fromHex('abc')).toThrow();
    expect(() => fromHex('zz')).toThrow();
    expect(() => fromBase64('*')).toThrow();
    expect(() => micros('2026-01-01')).toThrow();
  });
  it('keep every microsecond', () => {
    expect(micros('2026-11-24T12:48:28.493202Z') % 1_000_000n).toBe(493_202n);
    expect(micros('1970-01-01T00:00:00.000001Z')).toBe(1n);
    expect(micros('1970-01-01T00:00:01Z')).toBe(1_000_000n);
    expect(toHex(int64(258n))).toBe('0201000000000000');
  });
});

describe('paths', () => {
  // Roots of trees of any size, by the definition: split at the largest power of two below.
  async function root(leaves: Bytes[]): Promise<Bytes> {
    if (leaves.length === 1) return leaves[0]!;
    let cut = 1;
    while (cut * 2 < leaves.length) cut *= 2;
    return nodeHash(sha256, await root(leaves.slice(0, cut)), await root(leaves.slice(cut)));
  }
  async function path(leaves: Bytes[], index: number): Promise<Bytes[]> {
    if (leaves.length === 1) return [];
    let cut = 1;
    while (cut * 2 < leaves.length) cut *= 2;
    const [left, right] = [leaves.slice(0, cut), leaves.slice(cut)];
    return index < cut
      ? [...(await path(left, index)), await root(right)]
      : [...(await path(right, index - cut)), await root(left)];
  }
  it('lead to the root from every leaf of every small tree', async () => {
    for (let size = 1; size <= 17; size += 1) {
      const leaves = await Promise.all(
        Array.from({ length: size }, (_, i) => leafHash(sha256, utf8(String(i)))),
      );
      const top = toHex(await root(leaves));
      for (let i = 0; i < size; i += 1) {
        const way = await path(leaves, i);
        const found = await rootOfInclusion(sha256, leaves[i]!, i, size, way);
        expect(toHex(found!)).toBe(top);
        const longer = await rootOfInclusion(sha256, leaves[i]!, i, size, [...way, leaves[0]!]);
        expect(longer).toBeUndefined();
      }
    }
  });
  it('end where a place is not in the tree', async () => {
    const leaf = new Uint8Array(32);
    for (const [index, size] of [
      [1, 1],
      [-1, 4],
      [0.5, 4],
      [0, NaN],
    ] as const) {
      expect(await rootOfInclusion(sha256, leaf, index, size, [])).toBeUndefined();
    }
  });
});

describe('a proof', () => {
  it('holds as the server gave it, signature and all', async () => {
    const checked = await checkProof(record, proof, subtle, key);
    expect(checked).toMatchObject({ ok: true, erased: false, signature: 'good' });
    expect(checked.hashes).toBe(2 + proof.record_path.length + proof.block_path.length);
  });
  it('does not hold when one byte of the record is another', async () => {
    const text = record.text!.replace('200', '201');
    expect(text).not.toBe(record.text);
    for (const other of [
      { ...record, text },
      { ...record, source: `${record.source}x` },
      { ...record, peer: '127.0.0.2' },
      { ...record, hint: '' },
      {
        ...record,
        received: record.received.replace(/\dZ$/, (d) => `${(Number(d[0]) + 1) % 10}Z`),
      },
    ]) {
      const checked = await checkProof(other, proof, subtle, key);
      expect(checked).toMatchObject({
        ok: false,
        wrong: 'The bytes of the record do not fit its hash.',
      });
    }
  });
  it('does not hold when any part of it is another', async () => {
    const wrongs: [Partial<InclusionProof>, RegExp][] = [
      [{ salt: flipped(proof.salt) }, /bytes of the record/],
      [{ record_leaf: flipped(proof.record_leaf, 9) }, /bytes of the record/],
      [{ record_index: proof.record_index + 1 }, /place in the block/],
      [{ record_path: [...proof.record_path].reverse() }, /block's root/],
      [{ record_path: proof.record_path.slice(1) }, /block's root/],
      [{ block_header: flipped(proof.block_header, 127) }, /block's root/],
      [{ block_header: flipped(proof.block_header, 40) }, /checkpoint's root/],
      [{ block_path: [flipped(proof.block_path[0]!), ...proof.block_path.slice(1)] }, /checkpoint/],
      [{ block_index: proof.block_index + 1 }, /checkpoint's root/],
      [{ seq: proof.seq + 1 }, /another record/],
      [{ checkpoint: 'nothing' }, /cannot be read/],
      [{ block_header: 'zz' }, /cannot be read/],
      [{ record_path: ['00'] }, /cannot be read/],
    ];
    for (const [part, said] of wrongs) {
      const checked = await checkProof(record, { ...proof, ...part }, subtle, key);
      expect(checked.ok).toBe(false);
      expect(checked.wrong).toMatch(said);
    }
  });
  it('does not hold under another key or another signature', async () => {
    const other = parseVerifierKey(key);
    const note = proof.checkpoint.replace(
      /(\u2014 \S+ )(\S{20})(\S)/,
      (_, a, b, c) => `${a}${b}${c === 'A' ? 'B' : 'A'}`,
    );
    expect(note).not.toBe(proof.checkpoint);
    const checked = await checkProof(record, { ...proof, checkpoint: note }, subtle, key);
    expect(checked).toMatchObject({ ok: false, signature: 'bad' });
    const swapped = key.replace(other.name, 'someone.else/journal');
    expect((await checkProof(record, proof, subtle, swapped)).signature).toBe('bad');
  });
  it('says when nobody checked the signature', async () => {
    expect(await checkProof(record, proof, subtle)).toMatchObject({
      ok: true,
      signature: 'unchecked',
    });
    const old = {
      digest: subtle.digest.bind(subtle),
      importKey: () => Promise.reject(new Error('NotSupported')),
    } as unknown as SubtleCrypto;
    expect(await checkProof(record, proof, old, key)).toMatchObject({
      ok: true,
      signature: 'unchecked',
    });
  });
  it('of an erased record is that of its hash', async () => {
    const erased = { ...record, text: '', hint: 'tocsin.redacted' };
    const checked = await checkProof(erased, { ...proof, redacted: true }, subtle, key);
    expect(checked).toMatchObject({ ok: true, erased: true });
  });
});

describe('checkpoints', () => {
  it('are read line by line', () => {
    const read = parseCheckpoint(proof.checkpoint);
    expect(read.size).toBeGreaterThan(0);
    expect(read.signatures).toHaveLength(1);
    expect(() => parseCheckpoint('a\n-1\nAA==\n\n')).toThrow();
    expect(() => parseCheckpoint('a\n1\nAA==\n\n')).toThrow('root');
  });
});
