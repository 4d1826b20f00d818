// Checks a record against its proof with nothing but the hashes of docs/formats/journal.md: record →
// root of its block → root of the signed checkpoint.
import { counted, fromBase64, fromHex, int64, micros, same, utf8, type Bytes } from './bytes';
import { parseCheckpoint, signedBy } from './checkpoint';
import { leafHash, rootOfInclusion, sha256With } from './merkle';

export interface ProofRecord {
  seq: number;
  received: string;
  source: string;
  peer: string;
  hint: string;
  text?: string;
  base64?: string;
}
export interface InclusionProof {
  seq: number;
  redacted: boolean;
  salt: string;
  record_leaf: string;
  record_index: number;
  record_path: string[];
  block_header: string;
  block_index: number;
  block_path: string[];
  checkpoint: string;
}
export interface Checked {
  ok: boolean;
  wrong?: string; // which step does not hold
  erased: boolean; // the bytes are gone by an erasure: only their hash is checked
  hashes: number; // how many were computed on the way
  signature: 'good' | 'bad' | 'unchecked';
}

const digest = (hex: string): Bytes => {
  const bytes = fromHex(hex);
  if (bytes.length !== 32) throw new Error('a hash has the wrong length');
  return bytes;
};

export function bytesOf(record: ProofRecord): Bytes {
  return record.text !== undefined ? utf8(record.text) : fromBase64(record.base64 ?? '');
}

// The 64 committed bytes of a block's header.
export function readHeader(bytes: Bytes): { count: number; firstSeq: bigint; root: Bytes } {
  if (bytes.length !== 64) throw new Error('the block header has the wrong length');
  const view = new DataView(bytes.buffer);
  if (view.getUint16(0, true) !== 1) throw new Error('the block has an unknown version');
  return {
    count: view.getUint32(4, true),
    firstSeq: view.getBigUint64(8, true),
    root: bytes.slice(32),
  };
}

export async function checkProof(
  record: ProofRecord,
  proof: InclusionProof,
  subtle: SubtleCrypto,
  verifierKey?: string,
): Promise<Checked> {
  let hashes = 0;
  const digester = sha256With(subtle);
  const sha256 = (bytes: Bytes) => {
    hashes += 1;
    return digester(bytes);
  };
  const result = (wrong?: string, signature: Checked['signature'] = 'unchecked'): Checked => ({
    ok: wrong === undefined,
    wrong,
    erased: proof.redacted,
    hashes,
    signature,
  });
  try {
    if (record.seq !== proof.seq) return result('The proof is about another record.');
    const claimed = digest(proof.record_leaf);
    if (!proof.redacted) {
      const leaf = await leafHash(
        sha256,
        fromHex(proof.salt),
        int64(micros(record.received)),
        counted(record.source),
        counted(record.peer),
        counted(record.hint),
        bytesOf(record),
      );
      if (!same(leaf, claimed)) return result('The bytes of the record do not fit its hash.');
    }
    const headerBytes = fromHex(proof.block_header);
    const header = readHeader(headerBytes);
    if (header.firstSeq + BigInt(proof.record_index) !== BigInt(proof.seq)) {
      return result('Its place in the block does not fit its number.');
    }
    const blockRoot = await rootOfInclusion(
      sha256,
      claimed,
      proof.record_index,
      header.count,
      proof.record_path.map(digest),
    );
    if (!blockRoot || !same(blockRoot, header.root)) {
      return result("Its path does not lead to the block's root.");
    }
    const checkpoint = parseCheckpoint(proof.checkpoint);
    const logRoot = await rootOfInclusion(
      sha256,
      await leafHash(sha256, headerBytes),
      proof.block_index,
      checkpoint.size,
      proof.block_path.map(digest),
    );
    if (!logRoot || !same(logRoot, checkpoint.root)) {
      return result("The block's path does not lead to the checkpoint's root.");
    }
    if (verifierKey === undefined) return result();
    const signed = await signedBy(subtle, checkpoint, verifierKey);
    if (signed === false) {
      return result("The checkpoint is not signed by the journal's key.", 'bad');
    }
    return result(undefined, signed ? 'good' : 'unchecked');
  } catch (error) {
    return result(
      `The proof cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
