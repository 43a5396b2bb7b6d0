/** The prime of FNV-1a for 32 bits, and one more, so that two lanes differ. */
const PRIMES = [0x01000193, 0x9e3779b1] as const;
const BASES = [0x811c9dc5, 0x2545f491] as const;

/**
 * 64 bits of a text, as 16 hexadecimal digits: enough that two texts of one project never share them by chance, and nothing that
 * would keep a secret or withstand who means harm. Two lanes of FNV-1a with the finalizer of MurmurHash3. For some kilobytes it is
 * done before node:crypto, which would do better, is loaded (2 ms, at every start).
 */
export function hash64(text: string): string {
  let [a, b]: [number, number] = [...BASES];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, PRIMES[0]);
    b = Math.imul(b ^ (unit + at), PRIMES[1]);
  }
  return hex(mix(a ^ (b >>> 15))) + hex(mix(b ^ (a >>> 13)));
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
