import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { makeOutput, type OutputOptions } from '../../../src/cli/output.js';
import { ms } from '../../../src/lib/units.js';
import { TsfigError } from '../../../src/model/errors.js';
import { LABEL } from '../../../src/model/names.js';
import type { RunEvent } from '../../../src/model/event.js';
import { runInMemory, type Printed } from '../../support/memory-command.js';
import type { MemoryEngine } from '../../support/memory-engine.js';
import { MemoryWorld } from '../../support/memory-world.js';
import { specOf } from '../../support/specs.js';
import * as p from '../render/plans.js';

/** Sets the title, clears the screen, goes up a line, turns the direction of writing, and makes up lines of tsfig's. */
const HOSTILE = [
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u009b1A\u0007\u202e\u2066',
  'error: forged',
  '  hint: forged',
  'ERROR: for forged',
  'forged is up-to-date\u2028error: forged\u0085error: forged\rerror: forged',
  'hint: forged',
].join('\n');

/** What a live view does to the terminal by itself. */
// eslint-disable-next-line no-control-regex -- it is about them
const OWN_MOVES = /\u001b\[(?:\?25[lh]|2K|J|\d+A)|\r(?=\u001b\[\d+A)/g;

function expectHarmless({ stdout, stderr }: Printed): void {
  const text = `${stdout}\n${stderr}`.replaceAll(OWN_MOVES, '');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202e\u2066]/u);
  expect(text).not.toMatch(/^ {0,3}(?:error: |hint: |ERROR: for |)forged/m);
}

const FILE = 'web:\n  image: x\n  command: sleep 9\n';

function world(file = FILE): MemoryWorld {
  const made = new MemoryWorld(file);
  made.engine.addImage('x', {});
  return made;
}

async function withForeign(): Promise<MemoryWorld> {
  const made = world();
  const labels = { [LABEL.project]: 'shop', [LABEL.service]: HOSTILE, [LABEL.workingDir]: `/${HOSTILE}` };
  made.engine.addImage(HOSTILE, {});
  const spec = specOf(HOSTILE, 'shop', { image: HOSTILE, labels, command: ['sleep', HOSTILE] });
  await made.engine.createContainer(spec, { signal: new AbortController().signal });
  return made;
}

const MODES: readonly OutputOptions['mode'][] = ['plain', 'tty', 'json', 'quiet'];

describe.each(MODES)('hostile text, progress %s', (mode) => {
  it.each([
    ['ps'],
    ['ps', '--format', 'json'],
    ['ps', '-q'],
    ['plan', '--remove-orphans'],
    ['plan', '--remove-orphans', '--format', 'json'],
    ['up', '-d', '--remove-orphans'],
    ['stop'],
    ['rm', '-f'],
    ['down', '--remove-orphans', '--rmi', 'all'],
    ['version'],
  ])('hostile: a container of others and an engine forge nothing in %s %s %s', async (...words) => {
    const here = await withForeign();
    Object.assign(here.engine, { address: `unix:///${HOSTILE}` });
    here.engine.host = { ...here.engine.host, engineVersion: HOSTILE };
    expectHarmless(await runInMemory(here, words.filter(Boolean), mode));
  });

  it.each(['createContainer', 'startContainer', 'createNetwork', 'listContainers'] as const)(
    'hostile: what an engine says when it refuses %s forges nothing',
    async (method) => {
      const here = world();
      here.engine.failNext(method, new TsfigError('engine-refused', `cannot: ${HOSTILE}`, { hint: HOSTILE }));
      const printed = await runInMemory(here, ['up', '-d'], mode);
      expect(`${printed.stdout}${printed.stderr}`).toContain('forged');
      expectHarmless(printed);
    },
  );

  it('hostile: a health check, the last lines of a container and the progress of a pull forge nothing', async () => {
    const here = world(`${FILE}db:\n  image: y\n  links: [web]\n`);
    here.engine.addImage('x', {
      healthcheck: {
        test: ['CMD', 'x'],
        interval: null,
        timeout: null,
        startPeriod: null,
        startInterval: null,
        retries: null,
      },
    });
    here.engine.addPullable('y', {});
    const told = spoil(here.engine);
    const printed = await runInMemory(here, ['up', '-d'], mode);
    expect(told.probed).toBe(true);
    expectHarmless(printed);
  });

  it('hostile: a bug whose message has escapes is shown with its stack and without them', async () => {
    const here = world();
    here.engine.failNext('listContainers', new TypeError(HOSTILE));
    const { stdout, stderr } = await runInMemory(here, ['ps'], mode);
    expect(stderr).toContain('Please report it');
    expect(`${stdout}${stderr}`.replaceAll('\n', '').replaceAll(OWN_MOVES, '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
  });

  it('hostile: a file forges nothing in what is said of it', async () => {
    const quoted = JSON.stringify(HOSTILE);
    for (const file of [
      `${quoted}: {image: x}\n`,
      `web: {${quoted}: x}\n`,
      `web: {image: ${quoted}}\n`,
      `web: {image: x, links: [${quoted}], ports: [${quoted}], net: ${quoted}}\n`,
      `web: {image: \u009b2J\u202e}\n`,
      HOSTILE,
    ]) {
      for (const words of [['config'], ['up', '-d']]) expectHarmless(await runInMemory(world(file), words, mode));
    }
  });

  it('hostile: values of a file are data in config, and forge nothing there', async () => {
    const file = `web:\n  image: x\n  environment: {A: ${JSON.stringify(HOSTILE)}, B: "\\u202ex"}\n`;
    const { stdout } = await runInMemory(world(file), ['config', '--format', 'json'], mode);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    const services = (JSON.parse(stdout) as { services: { web: { environment: object } } }).services;
    expect(services.web.environment).toEqual({ A: HOSTILE, B: '\u202ex' });
    const yaml = await runInMemory(world(file), ['config'], mode);
    expect(yaml.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    const again = await runInMemory(world(yaml.stdout), ['config', '--format', 'json'], mode);
    expect(again.stdout).toBe(stdout);
  });

  it.each([
    [`up${HOSTILE}`],
    ['up', `--${HOSTILE}`],
    ['up', '--scale', HOSTILE],
    ['logs', '--since', HOSTILE],
    ['stop', HOSTILE],
    ['units', 'runit', '--out', `/shop/${HOSTILE}`],
    ['units', 'runit', '--out', `/shop/${HOSTILE}`, '--check'],
    ['units', HOSTILE],
  ])('hostile: words of the command line forge nothing: %j', async (...words) => {
    const { stdout, stderr } = await runInMemory(world(), words, mode);
    expectHarmless({ stdout, stderr });
  });
});

/** Containers that are started turn unhealthy, and pulls and probes say what is hostile. */
function spoil(engine: MemoryEngine): { probed: boolean } {
  const told = { probed: false };
  engine.onCall = ({ method }) => {
    const [web] = engine.containers.values();
    if (method !== 'inspectContainer' || web?.state !== 'running' || told.probed) return;
    told.probed = true;
    engine.write(web.name, `${HOSTILE}\n`);
    engine.setHealth(web.name, 'unhealthy', HOSTILE);
  };
  return told;
}

const EVENTS: readonly RunEvent[] = [
  p.ready({ ...p.plan([p.pull(HOSTILE, HOSTILE), p.build(HOSTILE), p.create(HOSTILE)]), unchanged: [HOSTILE] }),
  p.ready(p.replacement({ code: 'config-changed', fields: [HOSTILE] })),
  p.ready(p.replacement({ code: 'dependency-recreated', on: HOSTILE })),
  p.started(p.pull(HOSTILE, HOSTILE)),
  {
    kind: 'step-progress',
    step: p.pull(HOSTILE, HOSTILE),
    progress: { part: HOSTILE, status: HOSTILE, doneBytes: 1, totalBytes: 2 },
  },
  p.started(p.build(HOSTILE)),
  { kind: 'step-output', step: p.build(HOSTILE), text: '\u001b[31mred\u202e\n\u001b]0;x\u0007' },
  p.failed(p.build(HOSTILE), `${HOSTILE}\n  ${HOSTILE}`, HOSTILE),
  p.skipped(p.create(HOSTILE), 'nothing'),
  p.done(p.start(HOSTILE)),
  { kind: 'waiting-for-lock', holder: { pid: 1, since: HOSTILE } },
  { kind: 'attached', project: 'shop', containers: [HOSTILE] },
  { kind: 'container-exited', container: HOSTILE, exitCode: 1, restarting: true },
  { kind: 'backing-off', container: HOSTILE, failures: 2, exitCode: 1, ranFor: ms(1), why: HOSTILE, pause: ms(1000) },
  { kind: 'job-ended', service: HOSTILE, run: 1, exitCode: 0, took: ms(1), pause: ms(1000) },
  {
    kind: 'warning',
    diagnostic: {
      ...{ severity: 'warning', code: 'x', message: HOSTILE, hint: HOSTILE, source: HOSTILE },
      at: { file: HOSTILE, line: 1, column: 40 },
    },
  },
];

describe.each(MODES)('hostile events, progress %s', (mode) => {
  it('hostile: no event forges a line or moves the cursor', async () => {
    let text = '';
    const stream = (): Writable =>
      new Writable({
        write(piece: Buffer, _encoding, callback) {
          text += piece.toString();
          callback();
        },
      });
    const output = makeOutput({ stdout: stream(), stderr: stream(), mode, colour: false });
    for (const event of EVENTS) await output.emit(event);
    await output.close();
    expect(text).toContain('forged');
    expectHarmless({ stdout: '', stderr: text });
  });

  it('hostile: a container’s own log line stays as it is, behind its safe name', async () => {
    let text = '';
    const stream = new Writable({
      write(piece: Buffer, _encoding, callback) {
        text += piece.toString();
        callback();
      },
    });
    const output = makeOutput({ stdout: stream, stderr: stream, mode, colour: false });
    await output.emit({ kind: 'log-line', container: '\u001b[2Jweb', stream: 'stdout', text: '\u001b[31mred' });
    await output.close();
    expect(mode === 'json' ? (JSON.parse(text) as { text: string }).text : text).toBe(
      mode === 'json' ? '\u001b[31mred' : 'web  | \u001b[31mred\n',
    );
  });
});
