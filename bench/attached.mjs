// `tsfig up` attached to many containers that write all the time: is every line shown once and in order, and is memory flat?
// Every container writes its lines' numbers, a hundred each tenth of a second. Exits with 1 when a line is lost.
// Usage: node attached.mjs [--containers 100] [--seconds 10] [--json FILE] [--project NAME]
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const tsfig = fileURLToPath(new URL('../bin/tsfig.js', import.meta.url));
const { values: options } = parseArgs({
  options: {
    containers: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
    project: { type: 'string', default: `tsfig-bench-${randomBytes(3).toString('hex')}` },
  },
});
const CONTAINERS = Number(options.containers);
const LINES = Number(options.seconds) * 1000;
const BURST = 100;

/** For all to have started. */
const STARTING_SECONDS = 4 + Math.ceil(CONTAINERS * 0.15);

/**
 * The shell's own means only: what a hundred containers would fork in every burst takes the machine's time. They begin
 * together; `read` of a pipe that nobody writes to is a pause.
 */
const writer = (beginAt) => `mkfifo /never; exec 3<>/never
sleep $((${beginAt} - $(date +%s)))
i=0
while [ $i -lt ${LINES} ]; do
  lines=; end=$((i + ${BURST}))
  while [ $i -lt $end ]; do i=$((i + 1)); lines="$lines$i
"; done
  printf %s "$lines"; read -t 0.09 nothing <&3
done
true`;

function figFile() {
  const beginAt = Math.ceil(Date.now() / 1000) + STARTING_SECONDS;
  const command = JSON.stringify(['sh', '-c', writer(beginAt).replaceAll('$', '$$$$')]);
  return `job: { image: busybox, net: none, stop_signal: SIGKILL, command: ${command} }\n`;
}

/** Takes lines such as `job_7   | 123`; what is not the number after the last one of its container is a fault. */
function makeTally() {
  const last = new Map();
  const faults = [];
  return {
    received: 0,
    faults,
    note(line) {
      const [, name, text] = /^(job_\d+) +\| (.*)$/.exec(line) ?? [];
      if (name === undefined) return;
      const wanted = (last.get(name) ?? 0) + 1;
      if (text !== String(wanted)) faults.push(`${name}: ${text} instead of ${wanted}`);
      last.set(name, Number(text));
      this.received += 1;
    },
    missing: () => Array.from({ length: CONTAINERS }, (_, at) => LINES - (last.get(`job_${at + 1}`) ?? 0)),
  };
}

/** In kilobytes; undefined once the process has ended. */
function memoryOf(pid) {
  const read = (what, text) => Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(text)?.[1]);
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.includes('VmRSS') ? { now: read('VmRSS', status), peak: read('VmHWM', status) } : undefined;
  } catch {
    return undefined;
  }
}

/** CPU of the process and its threads so far, in seconds. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measure(directory, project) {
  await writeFile(path.join(directory, 'fig.yml'), figFile());
  const args = ['-p', project, 'up', '--no-color', '--scale', `job=${CONTAINERS}`];
  const child = spawn(process.execPath, [tsfig, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  child.stderr.on('data', (piece) => (words = (words + piece).slice(-2000)));
  const tally = makeTally();
  const seen = { half: undefined, end: undefined, cpu: 0 };
  let firstAt;
  let lastAt;
  const sample = () => {
    const memory = memoryOf(child.pid);
    if (memory === undefined) return;
    if (tally.received * 2 <= CONTAINERS * LINES) seen.half = memory;
    seen.end = memory;
    seen.cpu = cpuOf(child.pid);
  };
  const sampling = setInterval(sample, 100);
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    tally.note(line);
    if (tally.received > 0) firstAt ??= Date.now();
    if (tally.received < CONTAINERS * LINES) lastAt = Date.now();
  }
  clearInterval(sampling);
  const [code] = await closed;
  if (code !== 0) process.stderr.write(words);
  const took = (lastAt - firstAt) / 1000;
  return { code, took, expected: CONTAINERS * LINES, tally, seen };
}

async function clean(directory, project) {
  const down = ['-p', project, 'kill'];
  const run = promisify(execFile);
  for (const args of [down, ['-p', project, 'down']]) {
    await run(process.execPath, [tsfig, ...args], { cwd: directory }).catch((error) =>
      process.stderr.write(`${error}\n`),
    );
  }
  await rm(directory, { recursive: true, force: true });
}

const directory = await mkdtemp(path.join(tmpdir(), 'tsfig-bench-'));
try {
  const { code, took, expected, tally, seen } = await measure(directory, options.project);
  const megabytes = (kilobytes) => Number((kilobytes / 1024).toFixed(1));
  const result = {
    containers: CONTAINERS,
    linesEach: LINES,
    exitCode: code,
    seconds: Number(took.toFixed(1)),
    linesASecond: Math.round(tally.received / took),
    expected,
    received: tally.received,
    lost: tally.missing().reduce((sum, count) => sum + count, 0),
    outOfOrder: tally.faults.length,
    peakMB: megabytes(seen.end.peak),
    halfWayMB: megabytes(seen.half.now),
    endMB: megabytes(seen.end.now),
    cpuSeconds: seen.cpu,
  };
  for (const [name, value] of Object.entries(result)) process.stdout.write(`${name}: ${value}\n`);
  for (const fault of tally.faults.slice(0, 10)) process.stdout.write(`fault: ${fault}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (result.lost !== 0 || result.outOfOrder !== 0 || result.received !== expected || code !== 0) process.exitCode = 1;
} finally {
  await clean(directory, options.project);
}
