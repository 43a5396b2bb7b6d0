/** IPv4 ranges as numbers. `to` is inclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function addressToNumber(address: string): number | null {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return null;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

export const numberToAddress = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');

/** Reads `10.0.0.0/8`; an address without a size is a range of one. Null for anything else, IPv6 included. */
export function readRange(cidr: string): Range | null {
  const [address = '', size = '32'] = cidr.split('/');
  const number = addressToNumber(address);
  const bits = Number(size);
  if (number === null || !(bits >= 0 && bits <= 32)) return null;
  const length = 2 ** (32 - bits);
  const from = Math.floor(number / length) * length;
  return { from, to: from + length - 1 };
}

export const overlaps = (a: Range, b: Range): boolean => a.from <= b.to && b.from <= a.to;
export const contains = (range: Range, number: number): boolean => range.from <= number && number <= range.to;
