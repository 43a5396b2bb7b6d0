/**
 * As much of protobuf's wire format as BuildKit's messages need: numbers, and bytes (texts, messages). It saves a parser,
 * a schema file and 31 ms of loading. Source: protobuf.dev/programming-guides/encoding.
 */
export type Field = bigint | Uint8Array;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The values of each field by its number, in order. Fixed-width numbers are skipped. Throws RangeError for what is cut off. */
export function readMessage(bytes: Uint8Array): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const value = readValue(reader, Number(key & 7n));
    if (value === undefined) continue;
    const number = Number(key >> 3n);
    const values = fields.get(number);
    if (values) values.push(value);
    else fields.set(number, [value]);
  }
  return fields;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function readValue(reader: Reader, wireType: number): Field | undefined {
  switch (wireType) {
    case VARINT:
      return readVarint(reader);
    case BYTES:
      return take(reader, Number(readVarint(reader)));
    case FIXED64:
      return void take(reader, 8);
    case FIXED32:
      return void take(reader, 4);
    default:
      throw new RangeError(`wire type ${wireType} is not known`);
  }
}

function readVarint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const [byte = 0] = take(reader, 1);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number is too long');
}

function take(reader: Reader, count: number): Uint8Array {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw new RangeError('a message is cut off');
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

/** A message by field number: texts, bytes (and messages), whole numbers; a negative one as an `int64`. */
export function writeMessage(fields: Readonly<Record<number, string | Uint8Array | number | bigint>>): Uint8Array {
  const parts = Object.entries(fields).flatMap(([number, value]) => {
    const key = BigInt(number) << 3n;
    if (typeof value === 'number' || typeof value === 'bigint') {
      return [writeVarint(key | BigInt(VARINT)), writeVarint(BigInt.asUintN(64, BigInt(value)))];
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    return [writeVarint(key | BigInt(BYTES)), writeVarint(BigInt(bytes.length)), bytes];
  });
  return Buffer.concat(parts);
}

function writeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

type Message = ReadonlyMap<number, readonly Field[]>;

export const textOf = (message: Message, number: number): string =>
  message
    .get(number)
    ?.map((value) => (typeof value === 'bigint' ? '' : Buffer.from(value).toString('utf8')))
    .at(-1) ?? '';

export const numberOf = (message: Message, number: number): number => Number(message.get(number)?.at(-1) ?? 0n);

export const messagesOf = (message: Message, number: number): Message[] =>
  (message.get(number) ?? []).filter((value) => typeof value !== 'bigint').map(readMessage);

export const bytesOf = (message: Message, number: number): Uint8Array => {
  const value = message.get(number)?.at(-1);
  return value === undefined || typeof value === 'bigint' ? new Uint8Array() : value;
};
