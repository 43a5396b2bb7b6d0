import { describe, expect, it } from 'vitest';
import { FrameCutter, toTextLines, toOutput } from '../../../../src/engine/docker/streams.js';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield Uint8Array.from(bytes.subarray(at, at + size));
  }
}

async function read(bytes: Buffer, size: number, tty = false): Promise<string> {
  let text = '';
  let before = '';
  for await (const { stream, bytes: piece } of toOutput(inPieces(bytes, size), tty)) {
    text += (stream === before ? '' : `<${stream}>`) + Buffer.from(piece).toString('latin1');
    before = stream;
  }
  return text;
}

describe('the frames of a container’s output', () => {
  const all = Buffer.concat([
    frame(1, 'one\n'),
    frame(1, 'two\n'),
    frame(2, ''),
    frame(2, 'oops\n'),
    frame(1, 'three'),
  ]);

  it.each([1, 2, 3, 5, 7, 8, 9, 13, 1000])('may be cut anywhere: pieces of %d bytes', async (size) => {
    expect(await read(all, size)).toBe('<stdout>one\ntwo\n<stderr>oops\n<stdout>three');
  });

  it.each([3, 8, 10])('that break off after %d bytes are no end', async (length) => {
    await expect(read(frame(1, 'one\n').subarray(0, length), 1000)).rejects.toThrow('broken off');
  });

  it('that follow each other on one stream come as one chunk', () => {
    const chunks = new FrameCutter().push(Buffer.concat([frame(1, 'a\n'), frame(1, 'b\n'), frame(2, 'c\n')]));
    expect(chunks.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString()])).toEqual([
      ['stdout', 'a\nb\n'],
      ['stderr', 'c\n'],
    ]);
  });

  it.each([255, 256, 65_536, 16_909_060])('may be %d bytes long', (length) => {
    const cutter = new FrameCutter();
    const chunks = cutter.push(Buffer.concat([frame(1, 'x'.repeat(length)), frame(2, 'y')]));
    expect(chunks.map(({ stream, bytes }) => [stream, bytes.length])).toEqual([
      ['stdout', length],
      ['stderr', 1],
    ]);
    expect(cutter.isWithin).toBe(false);
  });

  it('are handed over before they are whole', () => {
    const chunks = new FrameCutter().push(frame(1, 'a long line').subarray(0, 12));
    expect(chunks.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['a lo']);
  });

  it('are not looked for in the output of a terminal', async () => {
    expect(await read(all, 1000, true)).toBe(`<stdout>${all.toString('latin1')}`);
  });
});

describe('lines', () => {
  const lines = async (text: string, size: number): Promise<string[]> => {
    const values: string[] = [];
    for await (const value of toTextLines(inPieces(Buffer.from(text), size))) values.push(value);
    return values;
  };

  it.each([1, 2, 3, 100])('may be cut anywhere, inside characters too: pieces of %d bytes', async (size) => {
    expect(await lines('{"a":"é€"}\n\n{"b":2}', size)).toEqual(['{"a":"é€"}', '{"b":2}']);
  });
});
