// Merkle trees as in RFC 6962 §2.1: the hashes of leaves and nodes, and the root that a path leads to.
import { join, type Bytes } from './bytes';

export type Sha256 = (bytes: Bytes) => Promise<Bytes>;

export function sha256With(subtle: SubtleCrypto): Sha256 {
  return async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes));
}

// Different first bytes, so that a node can never be passed off as a leaf.
export const leafHash = (sha256: Sha256, ...parts: Uint8Array[]): Promise<Bytes> =>
  sha256(join(Uint8Array.of(0), ...parts));
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Promise<Bytes> =>
  sha256(join(Uint8Array.of(1), left, right));

// RFC 9162 §2.1.3.2; nothing when the path has the wrong length for its place. Halves by division:
// shifts would cut sizes to 32 bits.
export async function rootOfInclusion(
  sha256: Sha256,
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
): Promise<Bytes | undefined> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return undefined;
  if (index < 0 || index >= size) return undefined;
  let node = index;
  let last = size - 1;
  let root = leaf;
  const up = () => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = await nodeHash(sha256, sibling, root);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      root = await nodeHash(sha256, root, sibling);
    }
    up();
  }
  return last === 0 ? root : undefined;
}
