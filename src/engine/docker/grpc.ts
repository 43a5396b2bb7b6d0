import { Readable } from 'node:stream';

/** A message follows one byte (compressed or not) and its length. */
const PREFIX_BYTES = 5;

export function toGrpcFrame(message: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/**
 * The messages that come over a stream. It is read from now on, however slowly they are taken: the other side may write
 * without waiting for us to read. Ends when the stream ends or closes.
 */
export function readGrpcFrames(stream: Readable): AsyncIterable<Uint8Array> {
  const frames = new Readable({ objectMode: true, read: () => undefined });
  let kept = Buffer.alloc(0);
  stream.on('data', (piece: Buffer) => {
    kept = Buffer.concat([kept, piece]);
    while (kept.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + kept.readUInt32BE(1);
      if (kept.length < end) return;
      frames.push(kept.subarray(PREFIX_BYTES, end));
      kept = kept.subarray(end);
    }
  });
  const onEnd = (): void => {
    if (!frames.readableEnded) frames.push(null);
  };
  stream.once('end', onEnd);
  stream.once('close', onEnd);
  return frames;
}
