import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { TELLING_MEMORY, toldMegabytes } from '../support/memory.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
/** The lines after `Attaching to …`, without prefixes. */
const textsOf = (stdout: string): string[] =>
  linesOf(stdout)
    .filter((line) => line.includes(' | '))
    .map((line) => line.slice(line.indexOf(' | ') + 3));

const job = (script: string, more = ''): string => `job:
  image: busybox
  net: none
  ${more}
  command:
    - sh
    - -c
    - |
${script.replaceAll('$', '$$$$').replaceAll(/^/gm, '      ')}
`;

describe('logs', () => {
  it('shows what ended containers wrote to both streams, prefixed and aligned, and ends', async () => {
    scenario.fig(`
web: { image: busybox, net: none, command: sh -c "echo out; echo err >&2" }
worker: { image: busybox, net: none, command: echo worked }
`);
    await scenario.ok('up');
    const { stdout, stderr } = await scenario.ok('logs');
    const lines = linesOf(stdout).filter((line) => line.includes(' | '));
    expect(lines.toSorted()).toEqual(['web_1     | err', 'web_1     | out', 'worker_1  | worked']);
    expect(stdout + stderr).not.toContain('\u001b');
    expect(textsOf((await scenario.ok('logs', 'worker')).stdout)).toEqual(['worked']);
    expect((await scenario.ok('logs', '--no-log-prefix', 'worker')).stdout).toContain('\nworked\n');
  });

  it('keeps characters whole, takes CR LF as one newline, and ends a last line that has no newline', async () => {
    scenario.fig(
      job(`i=0
while [ $i -lt 40 ]; do printf 'grün 漢字 🚀 '; i=$((i+1)); done
echo
printf 'a\\r\\nb\\rc\\n'
printf '\\xe2'; sleep 0.2; printf '\\x82'; sleep 0.2; printf '\\xac\\n'
printf '\\xff\\xfe\\000x\\n'
printf end`),
    );
    const up = await scenario.ok('up');
    const wanted = ['grün 漢字 🚀 '.repeat(40), 'a', 'b\rc', '€', '\ufffd\ufffd\0x', 'end'];
    expect(textsOf(up.stdout)).toEqual(wanted);
    expect(textsOf((await scenario.ok('logs')).stdout)).toEqual(wanted);
  });

  it.each([
    ['characters of several bytes', 'grün 漢字 🚀 abc ', ''],
    ['one byte a character', 'abcdefghijklmnopqrstuvwxyz ', ''],
    ['a terminal', 'abcdefghijklmnopqrstuvwxyz ', 'tty: true'],
  ])('shows a line of 1 MB whole (%s)', async (_what, unit, more) => {
    scenario.fig(job(`yes '${unit}' | head -n 38836 | tr -d '\\n'; echo; echo after`, more));
    const up = await scenario.ok('up');
    expect(textsOf(up.stdout).join('\n') === `${unit.repeat(38_836)}\nafter`).toBe(true);
    const [plain, followed, stamped] = await Promise.all(
      [['logs'], ['logs', '-f'], ['logs', '-t']].map(async (args) => textsOf((await scenario.ok(...args)).stdout)),
    );
    // Where json-file cuts a long line, it writes U+FFFD for the bytes of a character (docker logs shows the same).
    const isWhole = plain?.join('\n') === textsOf(up.stdout).join('\n');
    expect(isWhole || unit.length < Buffer.byteLength(unit)).toBe(true);
    expect(followed?.join('\n') === plain?.join('\n')).toBe(true);
    const without = stamped?.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''));
    expect(without?.join('\n') === plain?.join('\n')).toBe(true);
  });

  it('shows the logs of a hundred containers, every line once', async () => {
    scenario.fig('job: { image: busybox, net: none, command: sh -c "hostname; hostname >&2" }');
    await scenario.ok('up', '-d', '--scale', 'job=100');
    const { stdout } = await scenario.ok('logs', '-f');
    const texts = textsOf(stdout);
    expect(texts).toHaveLength(200);
    expect(new Set(texts).size).toBe(100);
    expect(linesOf(stdout).filter((line) => line.endsWith('exited with code 0'))).toHaveLength(100);
  });

  it('--tail, -t, --since and --until choose lines', async () => {
    scenario.fig(job('for i in 1 2 3 4 5; do echo line $i; done; sleep 1.1; echo late'));
    await scenario.ok('up');
    const texts = async (...args: string[]): Promise<string[]> => textsOf((await scenario.ok('logs', ...args)).stdout);
    expect(await texts('--tail', '2')).toEqual(['line 5', 'late']);
    expect(await texts('-n', '0')).toEqual([]);
    expect(await texts('--tail', 'all')).toHaveLength(6);
    const stamped = await texts('-t');
    expect(stamped.every((line) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (line \d|late)$/.test(line))).toBe(true);
    const late = stamped.at(-1)?.split(' ')[0] ?? '';
    const between = new Date(Date.parse(late) - 500).toISOString();
    expect(await texts('--since', between)).toEqual(['late']);
    expect(await texts('--until', between)).toHaveLength(5);
    expect(await texts('--since', '1h')).toHaveLength(6);
    for (const args of [['--tail', 'x'], ['--since', 'soon'], ['--nonsense']]) {
      const { code, stderr } = await scenario.run(['logs', ...args]);
      expect(code).toBe(1);
      expect(stderr).toContain(args[0]);
    }
  });

  it('-f goes on over restarts, keeps stamps, and ends when all have ended', async () => {
    scenario.fig(
      `web: { image: busybox, command: sh -c "echo ready; sleep 300", stop_signal: SIGKILL }
job: { image: busybox, command: echo done }`,
    );
    await scenario.ok('up', '-d');
    const logs = scenario.start(['logs', '-f', '-t']);
    await logs.shows('Z ready');
    await scenario.ok('restart', 'web');
    await logs.shows(/Z ready[^]*Z ready/);
    await scenario.ok('kill');
    const { code, stdout } = await logs.ended;
    expect(code).toBe(0);
    const words = textsOf(stdout).map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /, ''));
    expect(words.toSorted()).toEqual(['done', 'ready', 'ready']);
  });

  it('-f ends with 130 at Ctrl-C and leaves containers alone', async () => {
    scenario.fig('web: { image: busybox, command: sh -c "echo ready; sleep 300", stop_signal: SIGKILL }');
    await scenario.ok('up', '-d');
    const logs = scenario.start(['logs', '-f']);
    await logs.shows('| ready');
    logs.child.kill('SIGINT');
    expect((await logs.ended).code).toBe(130);
    expect(await scenario.states()).toEqual(['web_1: running']);
  });

  it('of an unknown service exits with 1 and says what it may have been', async () => {
    const { code, stderr } = await scenario.fig('web: { image: busybox }').run(['logs', 'wbe']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/wbe[^]*web/);
    expect((await scenario.run(['logs'])).code).toBe(0);
  });

  it('ends quietly with 0 when nobody reads any more', async () => {
    await scenario.fig(job('seq 200000')).ok('up', '-d');
    for (const args of ['logs', 'logs -f']) {
      const head = spawn('bash', ['-c', `node "$0" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`, TSFIG], {
        cwd: scenario.directory,
        env: { ...process.env, TSFIG_PROJECT_NAME: scenario.project },
      });
      const output: Buffer[] = [];
      for (const stream of [head.stdout, head.stderr]) stream.on('data', (text: Buffer) => output.push(text));
      await new Promise((resolve) => head.once('close', resolve));
      expect(Buffer.concat(output).toString()).toBe(`Attaching to ${scenario.name('job')}\n0\n`);
    }
  });

  it('shows a million lines in less than 120 MB, as they are written and later', async () => {
    scenario.fig(job('seq 1000000'));
    for (const verb of ['up', 'logs']) {
      const { code, stdout, stderr } = await scenario.run([verb, '--no-log-prefix'], { env: TELLING_MEMORY });
      expect(code).toBe(0);
      const numbers = linesOf(stdout).filter((line) => /^\d+$/.test(line));
      expect(numbers).toHaveLength(1_000_000);
      expect(numbers.every((line, at) => line === String(at + 1))).toBe(true);
      expect(toldMegabytes(stderr)).toBeGreaterThan(10);
      expect(toldMegabytes(stderr)).toBeLessThan(120);
    }
  });

  it('a slow reader slows the reading, and memory stays flat', async () => {
    await scenario
      .fig(job('yes $(head -c 8000 /dev/zero | tr "\\0" x) | head -c 200000000; echo; echo the end'))
      .ok('up', '-d');
    const logs = scenario.start(['logs', '-f', '--no-log-prefix']);
    const stdout = logs.child.stdout;
    stdout?.removeAllListeners('data');
    let most = 0;
    let size = 0;
    let last = '';
    const note = (): void => {
      const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${logs.child.pid}/status`, 'utf8'))?.[1];
      most = Math.max(most, Number(resident ?? 0) / 1024); // none once it has ended
    };
    // The writer has the time of a request to the engine for whatever it would do unasked.
    for await (const piece of stdout ?? []) {
      size += (piece as Buffer).length;
      last = last.slice(-200) + (piece as Buffer).toString('utf8', Math.max(0, (piece as Buffer).length - 200));
      await scenario.docker.ping();
      if (logs.child.exitCode === null) note();
    }
    await logs.ended;
    expect(last).toContain('the end');
    expect(size).toBeGreaterThan(200_000_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(250);
  });
});
