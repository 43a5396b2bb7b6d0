import { factsOf, inContext, type ContextEntry, type EntryFacts } from './build-context.js';
import { BadContext, readPiecesOf } from './user-file.js';

/** A file for an archive that is on no disk. */
export interface MadeFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * These entries of a directory, then the made files, as a tar archive in GNU's format. Every owner is 0:0, so that the
 * same files give the same archive for everybody. Written here because no library takes names that are not UTF-8. Throws
 * errors of the file system. Source: www.gnu.org/software/tar/manual/html_node/Standard.html.
 */
export async function* toTar(
  directory: string,
  entries: readonly ContextEntry[],
  made: readonly MadeFile[],
): AsyncGenerator<Buffer, void> {
  for (const entry of entries) {
    const facts = await factsOf(directory, entry);
    yield toHeader(entry, facts);
    if (entry.kind === 'file') yield* toBody(readPiecesOf(inContext(directory, entry.path)), facts.size, entry);
  }
  for (const { path, bytes } of made) {
    const facts = { mode: 0o644, size: bytes.length, modifiedNs: 0n, target: Buffer.alloc(0) };
    yield Buffer.concat([toHeader({ path: Buffer.from(path), kind: 'file' }, facts), bytes, padding(bytes.length)]);
  }
  yield Buffer.alloc(2 * BLOCK);
}

const BLOCK = 512;
/** Longer names and targets stand in an entry of their own before. */
const NAME_BYTES = 100;
const TYPES = { file: '0', link: '2', directory: '5' };

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** As many bytes as the header says, whatever was written to the file meanwhile. */
async function* toBody(
  pieces: AsyncIterable<Buffer>,
  size: number,
  { path }: ContextEntry,
): AsyncGenerator<Buffer, void> {
  let left = size;
  for await (const piece of pieces) {
    const taken = piece.subarray(0, left);
    left -= taken.length;
    if (taken.length > 0) yield taken;
    if (left === 0) break;
  }
  if (left > 0) throw new BadContext(`${path.toString()} became shorter while it was read`);
  if (size % BLOCK > 0) yield padding(size);
}

type HeaderFacts = Omit<EntryFacts, 'changedNs'>;

function toHeader({ path, kind }: ContextEntry, facts: HeaderFacts): Buffer {
  const name = kind === 'directory' ? Buffer.concat([path, Buffer.from('/')]) : path;
  return Buffer.concat([
    ...(name.length > NAME_BYTES ? [longName('L', name)] : []),
    ...(facts.target.length > NAME_BYTES ? [longName('K', facts.target)] : []),
    toBlock(name, TYPES[kind], facts),
  ]);
}

function longName(type: string, name: Buffer): Buffer {
  const bytes = Buffer.concat([name, Buffer.alloc(1)]);
  const facts = { mode: 0, size: bytes.length, modifiedNs: 0n, target: Buffer.alloc(0) };
  return Buffer.concat([toBlock(Buffer.from('././@LongLink'), type, facts), bytes, padding(bytes.length)]);
}

function toBlock(name: Buffer, type: string, { mode, size, modifiedNs, target }: HeaderFacts): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, NAME_BYTES);
  writeNumber(block, 100, 8, mode);
  writeNumber(block, 108, 8, 0);
  writeNumber(block, 116, 8, 0);
  writeNumber(block, 124, 12, size);
  writeNumber(block, 136, 12, Math.max(0, Number(modifiedNs / 1_000_000_000n)));
  block.write(`        ${type}`, 148);
  target.copy(block, 157, 0, NAME_BYTES);
  block.write('ustar  \0', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Octal digits; of 8 GiB and more in binary, which GNU's format marks with the highest bit. */
function writeNumber(block: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8).padStart(length - 1, '0');
  if (digits.length < length) return void block.write(`${digits}\0`, at);
  block.writeBigUInt64BE(BigInt(value), at + length - 8);
  block[at] = 0x80;
}
