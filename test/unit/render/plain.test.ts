import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/event.js';
import { LogNames } from '../../../src/render/log-prefix.js';
import { noticeRenderer, plainRenderer, quietRenderer } from '../../../src/render/plain.js';
import * as p from './plans.js';

const lines = (events: readonly RunEvent[], make = plainRenderer): string => {
  const render = make(new LogNames({ colour: false, prefix: true }));
  return events.flatMap((event) => render(event) ?? []).join('\n');
};

const web = [p.create('shop_web_1'), p.attach('shop_web_1'), p.start('shop_web_1')];
const db = [p.pull('postgres:16', 'db'), p.create('shop_db_1'), p.start('shop_db_1'), p.wait('shop_db_1')];
const went = (steps: ReturnType<typeof p.start>[]): RunEvent[] => steps.flatMap((of) => [p.started(of), p.done(of)]);

describe('plain progress', () => {
  it('has one line a container, after it was started', () => {
    expect(lines([p.ready(p.plan([...db, ...web])), ...went(db), ...went(web)])).toMatchInlineSnapshot(`
      "Pulling db (postgres:16)...
      Pulling db ... done
      Creating shop_db_1 ... done
      Creating shop_web_1 ... done"
    `);
  });

  it('says why a container is recreated', () => {
    const plan = p.replacement();
    expect(lines([p.ready(plan), ...went([...plan.steps])])).toMatchInlineSnapshot(
      `"Recreating shop_db_1 (command changed) ... done"`,
    );
  });

  it('explains a failure once, and names it where something was skipped because of it', () => {
    const events = [
      p.ready(p.plan([...db, ...web])),
      ...went(db.slice(0, 2)),
      p.failed(db[2]!, 'cannot start shop_db_1: port 5432 is taken', 'stop what listens there'),
      p.skipped(db[3]!, 'start shop_db_1'),
      ...web.map((of) => p.skipped(of, 'start shop_db_1')),
    ];
    expect(lines(events)).toMatchInlineSnapshot(`
      "Pulling db (postgres:16)...
      Pulling db ... done
      Creating shop_db_1 ... error
      ERROR: for shop_db_1  cannot start shop_db_1: port 5432 is taken
        hint: stop what listens there
      shop_web_1 was not created because creating shop_db_1 failed"
    `);
  });

  it('tells that the old container was put back, though the steps have the ids of others', () => {
    const plan = p.replacement();
    const [stop, rename, create, start, remove] = plan.steps;
    const events = [
      p.ready(plan),
      ...went([stop!, rename!, create!]),
      p.failed(start!, 'cannot start shop_db_1: no such file'),
      p.skipped(remove!, 'start shop_db_1'),
      ...went([...plan.rescues[0]!.steps]),
    ];
    expect(lines(events)).toMatchInlineSnapshot(`
      "Recreating shop_db_1 (command changed) ... error
      ERROR: for shop_db_1  cannot start shop_db_1: no such file
      Putting shop_db_1 back ... done"
    `);
  });

  it('shows a wait only when it took a while', () => {
    const [short, long] = [p.wait('shop_a_1'), p.wait('shop_b_1')];
    expect(lines([p.ready(p.plan([short, long])), p.done(short, 20), p.done(long, 5000)])).toBe(
      'Waiting for shop_b_1 to be ready ... done',
    );
  });

  it('uses the words of docker-compose for everything else', () => {
    const network = { name: 'shop_default', subnet: null, gateway: null, dynamicRange: null, labels: {} };
    const steps = [
      p.step('a', { kind: 'create-network', network }),
      p.step('b', { kind: 'create-volume', volume: { name: 'shop_data', driver: null, labels: {} } }),
      p.stop('shop_web_1'),
      p.remove('shop_web_1'),
      p.step('c', { kind: 'kill-container', container: p.ref('shop_db_1'), signal: 'SIGKILL' }),
      p.step('d', { kind: 'restart-container', container: p.ref('shop_db_1'), grace: null }),
      p.step('e', { kind: 'remove-network', network: { id: null, name: 'shop_default' } }),
      p.step('f', { kind: 'remove-volume', volume: 'shop_data' }),
      p.step('g', { kind: 'remove-image', image: 'shop_web' }),
      p.build('web'),
    ];
    const events: RunEvent[] = [
      { kind: 'waiting-for-lock', holder: { pid: 4711, since: '2026-01-02T03:04:05Z' } },
      p.ready(p.plan(steps, { unchanged: ['shop_db_1', 'shop_db_2'] })),
      ...went(steps),
      { kind: 'step-output', step: p.build('web'), text: 'Step 1/2 : FROM alpine\n' },
      { kind: 'attached', project: 'shop', containers: ['shop_db_1', 'shop_web_1'] },
      { kind: 'log-line', container: 'shop_db_1', stream: 'stdout', text: 'ready\r' },
      { kind: 'log-line', container: 'shop_web_1', stream: 'stdout', text: 'serving' },
      { kind: 'container-exited', container: 'shop_web_1', exitCode: 3, restarting: false },
      { kind: 'stopping' },
      { kind: 'killing' },
    ];
    expect(lines(events)).toMatchInlineSnapshot(`
      "Waiting for another tsfig to finish (pid 4711, since 2026-01-02T03:04:05Z)
      shop_db_1 is up-to-date
      shop_db_2 is up-to-date
      Creating network "shop_default"
      Creating volume "shop_data" with default driver
      Stopping shop_web_1 ... done
      Removing shop_web_1 ... done
      Killing shop_db_1 ... done
      Restarting shop_db_1 ... done
      Removing network shop_default
      Removing volume shop_data
      Removing image shop_web
      Building web
      Building web ... done
      Step 1/2 : FROM alpine
      Attaching to shop_db_1, shop_web_1
      db_1   | ready
      web_1  | serving
      shop_web_1 exited with code 3
      Gracefully stopping... (press Ctrl+C again to force)
      Killing..."
    `);
  });

  it('says nothing of steps that were cancelled', () => {
    expect(lines([p.ready(p.plan(web)), p.ended(web[0]!, { kind: 'cancelled' })])).toBe('');
  });
});

const mixed: readonly RunEvent[] = [
  p.ready(p.plan(web, { unchanged: ['shop_db_1'] })),
  p.done(web[0]!),
  p.failed(web[1]!, 'cannot attach to shop_web_1: gone'),
  { kind: 'log-line', container: 'shop_db_1', stream: 'stdout', text: 'ready' },
];

describe('quiet', () => {
  it('leaves failures and the containers’ own lines', () => {
    expect(lines(mixed, quietRenderer)).toMatchInlineSnapshot(`
      "Creating shop_web_1 ... error
      ERROR: for shop_web_1  cannot attach to shop_web_1: gone
      db_1  | ready"
    `);
  });
});

describe('notices above a live view', () => {
  it('leave out what the view shows', () => {
    expect(lines(mixed, noticeRenderer)).toMatchInlineSnapshot(`
      "shop_db_1 is up-to-date
      ERROR: for shop_web_1  cannot attach to shop_web_1: gone
      db_1  | ready"
    `);
  });
});
