import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { realRoutes } from '../../../src/host/routes.js';

it('knows the ranges that this machine reaches directly, in CIDR form', () => {
  const taken = realRoutes.taken();
  expect(taken.every((cidr) => /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(cidr))).toBe(true);
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ family }) => family === 'IPv4'),
  );
  for (const { cidr } of own) expect(taken).toContain(cidr);
});
