import { describe, expect, it } from 'vitest';
import type { ObservedNetwork } from '../../../src/model/observed.js';
import { contains, overlaps, readRange } from '../../../src/plan/ipv4.js';
import { chooseSubnet, layOut, networkSpec } from '../../../src/plan/subnet.js';

const POOLS = [
  { base: '172.17.0.0/16', size: 16 },
  { base: '172.18.0.0/16', size: 16 },
  { base: '192.168.0.0/16', size: 20 },
];
const network = (...subnets: readonly string[]): ObservedNetwork =>
  ({ id: 'n', name: 'n', driver: 'bridge', labels: {}, subnets, dynamicRanges: [], gateways: [] }) as const;
const choose = (taken: readonly string[], networks: readonly ObservedNetwork[] = []): string | null =>
  chooseSubnet({ pools: POOLS, taken, rangeKeepsFixed: true }, networks);

describe('the subnet of a new network', () => {
  it('is the first of the pools that no network has and no route reaches', () => {
    expect(choose([])).toBe('172.17.0.0/16');
    expect(choose([], [network('172.17.0.0/16')])).toBe('172.18.0.0/16');
    expect(choose(['172.18.5.0/24', '192.168.1.7'], [network('172.17.0.0/16')])).toBe('192.168.16.0/20');
  });

  it('avoids what is larger and what is smaller than itself', () => {
    expect(choose(['172.16.0.0/12'])).toBe('192.168.0.0/20');
    expect(choose(['172.17.255.255/32', '172.18.0.0/30'])).toBe('192.168.0.0/20');
  });

  it("is none when all are taken, and IPv6 is in nobody's way", () => {
    expect(choose(['172.16.0.0/12', '192.168.0.0/16'])).toBeNull();
    expect(choose(['fd00::/8'], [network('fe80::/64')])).toBe('172.17.0.0/16');
  });

  it('never overlaps anything, whatever is taken', () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const taken = Array.from({ length: seed % 12 }, (_none, at) => {
        const noise = (seed * 7919 + at * 104_729) % 65_536;
        return at % 2 === 0
          ? `172.${17 + (noise % 2)}.${noise % 256}.0/${16 + (noise % 9)}`
          : `192.168.${noise % 256}.0/24`;
      });
      const chosen = choose(taken);
      const range = chosen === null ? null : readRange(chosen);
      const hit = taken.filter((cidr) => range && overlaps(range, readRange(cidr) ?? { from: 1, to: 0 }));
      expect(hit, `${chosen ?? 'none'} beside ${taken.join(', ')}`).toEqual([]);
    }
  });

  it('keeps fixed addresses apart from those that the engine hands out', () => {
    for (const subnet of ['172.18.0.0/16', '192.168.16.0/20', '10.0.0.0/24', '10.0.0.16/28']) {
      const layout = layOut(subnet);
      const whole = readRange(subnet);
      const dynamic = readRange(layout?.dynamic ?? '');
      expect(layout && dynamic && overlaps(layout.fixed, dynamic)).toBe(false);
      expect(whole && layout && contains(whole, layout.fixed.from) && contains(whole, layout.fixed.to)).toBe(true);
      expect(whole && dynamic && dynamic.to).toBe(whole?.to);
    }
    expect(layOut('10.0.0.0/29')).toBeNull();
  });

  it('gives Podman no range, because it refuses fixed addresses outside of it', () => {
    const space = { pools: POOLS, taken: [], rangeKeepsFixed: false };
    expect(networkSpec('shop_default', '172.18.0.0/16', space, {}).dynamicRange).toBeNull();
  });
});
