import { describe, expect, it } from 'vitest';
import { config } from '../../../src/actions/config.js';
import { once } from '../../../src/actions/once.js';
import { plan } from '../../../src/actions/plan.js';
import { units, type UnitsRequest } from '../../../src/actions/units.js';
import { up, type UpRequest } from '../../../src/actions/up.js';
import type { Checked } from '../../../src/model/diagnostic.js';
import { memoryControl, MemoryWorld, onceRequest } from '../../support/memory-world.js';

/** What every object of JavaScript has, and what means something else to it. */
const NAMES = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', 'prototype', 'length'];

const UP: UpRequest = {
  ...{ file: null, projectName: 'shop', services: [], noDeps: false, recreate: 'changed', build: 'missing' },
  ...{ waitLimit: null, removeOrphans: false, scale: {}, grace: null, detach: true, parallel: 4, adopt: false },
  ...{ abortOnExit: false, exitCodeFrom: null },
};
const UNITS: UnitsRequest = {
  ...{ file: null, projectName: 'shop', supervisor: 'runit', services: [], noDeps: false, once: [], out: null },
  ...{ check: true, tsfig: ['tsfig'], path: '/bin' },
};

function value<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'));
  return checked.value;
}

describe.each(NAMES)('a service called %s', (name) => {
  const world = (command: string): MemoryWorld => {
    const made = new MemoryWorld(
      `${name}:\n  image: x\n  command: ${command}\n  environment: { ${name}: y }\ndb:\n  image: x\n  command: ${command}\n  links: [${name}]\n`,
    );
    made.engine.addImage('x', {});
    return made;
  };
  const names = ({ engine }: MemoryWorld): string[] =>
    [...engine.containers.values()].map((found) => found.name).toSorted();

  it('is brought up, scaled and named by number like any other', async () => {
    const here = world('sleep 9');
    const { control } = memoryControl();
    value(await up(here, { ...UP, scale: Object.fromEntries([[name, 2]]) }, control));
    expect(names(here)).toEqual(['shop_db_1', `shop_${name}_1`, `shop_${name}_2`].toSorted());
    const again = value(await plan(here, { ...UP, services: [`${name}@2`] }, control));
    expect(again.steps).toEqual([]);
  });

  it('is a job, a unit and a line of config like any other', async () => {
    const here = world('true');
    const { control } = memoryControl();
    expect(value(await once(here, onceRequest({ service: name, backoff: false }), control))).toMatchObject({
      exitCode: 0,
    });
    const written = value(await units(here, { ...UNITS, once: [name] }, control));
    expect(written.changes.map(({ path }) => path)).toContain(`shop-${name}/run`);
    const { yaml, services } = value(await config(here, UNITS, control));
    expect(Object.keys(services)).toEqual([name, 'db']);
    expect(yaml).toContain(`    ${name}: "y"\n`);
  });
});
