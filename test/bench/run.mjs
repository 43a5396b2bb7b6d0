// Benchmarks: tsfig against the raw Engine API and, where they are installed, its peers. Every figure is compared with
// a reference measured in the same run, because the machine is noisy; nothing here passes or fails.
// Prints a Markdown table, and with --json FILE writes the same as JSON. --quick takes fewer rounds.
// Usage: npm run bench [-- [--quick] [--json FILE] NAME…]   names: up, health, noop, once, parallel, logs, read, start
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import Docker from 'dockerode';

const run = promisify(execFile);
const tsfig = fileURLToPath(new URL('../../bin/tsfig.js', import.meta.url));
const bareOnce = fileURLToPath(new URL('bare-once.mjs', import.meta.url));
const docker = new Docker();
const { values: options, positionals: wanted } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
  allowPositionals: true,
});
const ROUNDS = options.quick ? 3 : Number(process.env.ROUNDS ?? 5);
/** Every comparison made: title, and for each way its median and how that compares to the first. */
const results = [];

const SHAPES = {
  'no dependencies': () => [],
  'a tree of 4': (index) => (index === 0 ? [] : [Math.floor((index - 1) / 4)]),
  'a chain': (index) => (index === 0 ? [] : [index - 1]),
};

const figFile = (count, shape) =>
  Array.from({ length: count }, (_none, index) => {
    const links = SHAPES[shape](index).map((on) => `s${on}`);
    return `s${index}: { image: busybox, command: sleep 3600, links: [${links.join(', ')}] }`;
  }).join('\n');

const composeFile = (count, shape) =>
  `version: "2.4"\nservices:\n${Array.from({ length: count }, (_none, index) => {
    const needs = SHAPES[shape](index).map((on) => `s${on}`);
    return `  s${index}: { image: busybox, command: sleep 3600, depends_on: [${needs.join(', ')}] }`;
  }).join('\n')}`;

async function inDirectory(work) {
  const directory = await mkdtemp(path.join(tmpdir(), 'tsfig-bench-'));
  const project = `tsfig-bench-${randomBytes(3).toString('hex')}`;
  try {
    return await work({
      directory,
      project,
      cli: (...args) => run(process.execPath, [tsfig, '-p', project, ...args], { cwd: directory, maxBuffer: 2 ** 30 }),
    });
  } finally {
    await clean(project);
    await rm(directory, { recursive: true, force: true });
  }
}

async function clean(project) {
  const label = [`com.docker.compose.project=${project}`];
  const containers = await docker.listContainers({ all: true, filters: { label } });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  for (const { Id } of await docker.listNetworks({ filters: { label } })) await docker.getNetwork(Id).remove();
}

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Measures several ways of doing the same in turn, round by round, and tells the median of each and its ratio to the first. */
async function compare(title, ways, rounds = ROUNDS) {
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  const count = options.quick ? Math.min(rounds, 5) : rounds;
  for (let round = 0; round < count; round += 1) {
    for (const [name, way] of Object.entries(ways)) times.get(name).push(await way());
  }
  const [reference] = [...times.values()].map(median);
  const measured = [...times].map(([name, all]) => ({
    name,
    seconds: Number((median(all) / 1000).toFixed(3)),
    ratio: Number((median(all) / reference).toFixed(2)),
  }));
  results.push({ title, rounds: count, ways: measured });
  const rows = measured.map(
    ({ name, seconds, ratio }) => `| ${name} | ${seconds.toFixed(3)} s | × ${ratio.toFixed(2)} |`,
  );
  console.log(`\n| ${title} | median of ${count} | |\n|---|---|---|\n${rows.join('\n')}`);
}

/** Creates and starts containers through the API alone, `places` at a time, as the floor of what is possible. */
async function rawUp(count, shape, places) {
  const project = `tsfig-bench-${randomBytes(3).toString('hex')}`;
  const label = { 'com.docker.compose.project': project };
  const time = await timed(async () => {
    const network = await docker.createNetwork({ Name: project, Labels: label });
    const free = Array.from({ length: places });
    const waiting = [];
    const enter = () => (free.length > 0 ? free.pop() : new Promise((resolve) => waiting.push(resolve)));
    const leave = () => (waiting.length > 0 ? waiting.shift()() : free.push(undefined));
    const started = [];
    for (let index = 0; index < count; index += 1) {
      started.push(
        (async () => {
          await enter();
          const container = await docker.createContainer({
            name: `${project}_s${index}_1`,
            Image: 'busybox',
            Cmd: ['sleep', '3600'],
            Labels: label,
            HostConfig: { NetworkMode: network.id },
          });
          leave();
          await Promise.all(SHAPES[shape](index).map((on) => started[on]));
          await enter();
          await container.start();
          leave();
        })(),
      );
    }
    await Promise.all(started);
  });
  await clean(project);
  return time;
}

const tsfigUp = (count, shape, ...options) =>
  inDirectory(async ({ directory, cli }) => {
    await writeFile(path.join(directory, 'fig.yml'), figFile(count, shape));
    return timed(() => cli(...options, 'up', '-d'));
  });

/** The peers on the PATH, by what they call themselves. */
const PEERS = Object.fromEntries(
  (
    await Promise.all(
      [['docker-compose'], ['docker', 'compose'], ['podman-compose']].map(async ([program, ...first]) => {
        const { stdout } = await run(program, [...first, 'version', '--short']).catch(() => ({ stdout: '' }));
        return stdout.trim() === '' ? [] : [[`${[program, ...first].join(' ')} ${stdout.trim()}`, { program, first }]];
      }),
    )
  ).flat(),
);

/** `up -d` of a file by each peer, named by it. */
const peersUp = (file) =>
  Object.fromEntries(
    Object.entries(PEERS).map(([name, { program, first }]) => [
      `${name} up -d`,
      () =>
        inDirectory(async ({ directory, project }) => {
          await writeFile(path.join(directory, 'docker-compose.yml'), file);
          return timed(() => run(program, [...first, '-p', project, 'up', '-d'], { cwd: directory }));
        }),
    ]),
  );

const CHECK = 'healthcheck: { test: "true", interval: 100ms }';
const CHECKED = `image: busybox, command: sleep 3600, stop_signal: SIGKILL, ${CHECK}`;
const healthFig = (count) =>
  Array.from({ length: count }, (_none, index) =>
    index === 0 ? `s0: { ${CHECKED} }` : `s${index}: { ${CHECKED}, links: [s${index - 1}] }`,
  ).join('\n');
const healthCompose = (count) =>
  `version: "2.4"\nservices:\n${Array.from({ length: count }, (_none, index) =>
    index === 0
      ? `  s0: { ${CHECKED} }`
      : `  s${index}: { ${CHECKED}, depends_on: { s${index - 1}: { condition: service_healthy } } }`,
  ).join('\n')}`;

const BENCHES = {
  async start() {
    const command =
      (...args) =>
      () =>
        timed(() => run(process.execPath, args));
    await compare(
      'start of the program',
      {
        'node -e 0': command('-e', '0'),
        'tsfig --version': command(tsfig, '--version'),
        'tsfig up --help': command(tsfig, 'up', '--help'),
      },
      15,
    );
  },
  async read() {
    await inDirectory(async ({ directory, cli }) => {
      const ways = { 'one service': async () => timedFile(1, 'a chain') };
      for (const count of [1000, 10_000])
        for (const shape of ['a tree of 4', 'a chain'])
          ways[`${count} services in ${shape}`] = () => timedFile(count, shape);
      async function timedFile(count, shape) {
        await writeFile(path.join(directory, 'fig.yml'), figFile(count, shape));
        return timed(() => cli('config', '-q'));
      }
      await compare('read, check and order a file (tsfig config -q, start of the program included)', ways, 3);
    });
  },
  async up() {
    for (const shape of Object.keys(SHAPES)) {
      await compare(`20 containers, ${shape}: create and start`, {
        'raw Engine API by 8': () => rawUp(20, shape, 8),
        'tsfig up -d': () => tsfigUp(20, shape),
        ...peersUp(composeFile(20, shape)),
      });
    }
  },
  async health() {
    await compare('a chain of 6, each started when the health check (100 ms) of the one before has passed', {
      'tsfig up -d': () =>
        inDirectory(async ({ directory, cli }) => {
          await writeFile(path.join(directory, 'fig.yml'), healthFig(6));
          return timed(() => cli('up', '-d'));
        }),
      ...peersUp(healthCompose(6)),
    });
  },
  async parallel() {
    for (const [count, choices, rounds] of [
      [20, [1, 2, 4, 8, 16], ROUNDS],
      [100, [4, 8, 16], 1],
    ]) {
      const ways = {};
      for (const places of choices)
        ways[`tsfig --parallel ${places}`] = () => tsfigUp(count, 'no dependencies', '--parallel', String(places));
      await compare(`${count} containers, no dependencies, by so many at a time`, ways, rounds);
    }
  },
  async noop() {
    await inDirectory(async ({ directory, cli }) => {
      await writeFile(path.join(directory, 'fig.yml'), figFile(20, 'a tree of 4'));
      await cli('up', '-d');
      await compare(
        '20 containers that are up already',
        {
          'node and one list request': () =>
            timed(() =>
              run(process.execPath, [
                '-e',
                `require('http').get({socketPath:'/var/run/docker.sock',path:'/containers/json?all=1'},r=>r.resume())`,
              ]),
            ),
          'tsfig up -d': () => timed(() => cli('up', '-d')),
          'tsfig plan': () => timed(() => cli('plan')),
          'tsfig ps': () => timed(() => cli('ps')),
        },
        11,
      );
    });
  },
  async once() {
    await inDirectory(async ({ directory, cli, project }) => {
      await writeFile(path.join(directory, 'fig.yml'), 'job: { image: busybox, command: "true" }');
      await cli('run', '--once', 'job');
      const ended = await docker.getContainer(`${project}_job_once`).inspect();
      await docker.getContainer(ended.Id).remove();
      // The bare script has a project of its own beside it, with the same network and one leftover.
      const bare = `${project}-bare`;
      const network = await docker.createNetwork({
        Name: `${bare}_default`,
        Labels: { 'com.docker.compose.project': bare },
      });
      try {
        await compare(
          'a job `true` with nothing else to do, from start to exit',
          {
            'the same calls by a bare Node script': () =>
              timed(() => run(process.execPath, [bareOnce, bare, `${bare}_job_once`])),
            'tsfig run --once': () => timed(() => cli('run', '--once', 'job')),
            'docker run --rm': () => timed(() => run('docker', ['run', '--rm', 'busybox', 'true'])),
          },
          15,
        );
      } finally {
        await clean(bare);
        await network.remove().catch(() => undefined);
      }
    });
  },
  async logs() {
    await inDirectory(async ({ directory, cli, project }) => {
      await writeFile(
        path.join(directory, 'fig.yml'),
        `a: { image: busybox, command: "seq 1000000" }\nb: { image: busybox, command: "seq 1000000" }`,
      );
      await cli('--progress', 'quiet', 'up', '-d');
      for (const name of ['a', 'b']) await docker.getContainer(`${project}_${name}_1`).wait();
      await compare(
        '2 million log lines of 2 ended containers',
        {
          'docker logs, one after the other': () =>
            timed(async () => {
              for (const name of ['a', 'b'])
                await run('docker', ['logs', `${project}_${name}_1`], { maxBuffer: 2 ** 30 });
            }),
          'tsfig logs': () => timed(() => cli('logs')),
        },
        3,
      );
    });
  },
};

for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) await BENCHES[name]();
if (options.json) {
  const { ServerVersion: engine, NCPU: cores } = await docker.info();
  const about = { date: new Date().toISOString(), engine, cores, node: process.version, peers: Object.keys(PEERS) };
  await writeFile(options.json, `${JSON.stringify({ ...about, results }, null, 2)}\n`);
}
