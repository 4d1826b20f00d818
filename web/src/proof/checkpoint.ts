// Signed checkpoints (C2SP tlog-checkpoint in a signed note, Ed25519): what they say, and whether a
// key has signed them.
import { fromBase64, join, same, utf8, type Bytes } from './bytes';

export interface SignedCheckpoint {
  origin: string;
  size: number; // blocks
  root: Bytes;
  text: string; // what is signed
  signatures: { name: string; id: Bytes; signature: Bytes }[];
}

export function parseCheckpoint(note: string): SignedCheckpoint {
  const cut = note.indexOf('\n\n');
  if (cut < 0) throw new Error('the checkpoint is no signed note');
  const text = note.slice(0, cut + 1);
  const [origin = '', sizeText = '', rootText = ''] = text.split('\n');
  const size = /^(0|[1-9]\d*)$/.test(sizeText) ? Number(sizeText) : NaN;
  if (origin === '' || !Number.isSafeInteger(size)) throw new Error('the checkpoint has no size');
  const root = fromBase64(rootText);
  if (root.length !== 32) throw new Error('the checkpoint has no root');
  const signatures = note
    .slice(cut + 2)
    .split('\n')
    .flatMap((line) => {
      const match = /^\u2014 (\S+) (\S+)$/.exec(line);
      if (!match) return [];
      const bytes = fromBase64(match[2]!);
      return { name: match[1]!, id: bytes.slice(0, 4), signature: bytes.slice(4) };
    });
  return { origin, size, root, text, signatures };
}

// "name+id+base64(0x01 key)", as journal.pub has it.
export function parseVerifierKey(text: string): { name: string; id: string; key: Bytes } {
  const match = /^(\S+?)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim());
  const bytes = match ? fromBase64(match[3]!) : new Uint8Array();
  if (!match || bytes.length !== 33 || bytes[0] !== 1) throw new Error('not a verifier key');
  return { name: match[1]!, id: match[2]!, key: bytes.slice(1) };
}

// Nothing where this browser does not know Ed25519.
export async function signedBy(
  subtle: SubtleCrypto,
  checkpoint: SignedCheckpoint,
  keyText: string,
): Promise<boolean | undefined> {
  const { name, key } = parseVerifierKey(keyText);
  const hash = await subtle.digest('SHA-256', join(utf8(`${name}\n`), Uint8Array.of(1), key));
  const id = new Uint8Array(hash).slice(0, 4);
  const made = checkpoint.signatures.find((s) => s.name === name && same(s.id, id));
  if (!made || checkpoint.origin !== name) return false;
  let imported: CryptoKey;
  try {
    imported = await subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch {
    return undefined;
  }
  return subtle.verify('Ed25519', imported, made.signature, utf8(checkpoint.text));
}
