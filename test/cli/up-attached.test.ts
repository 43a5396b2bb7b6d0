import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { TELLING_MEMORY, toldMegabytes } from '../support/memory.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
/** Lines of one container, without their prefix. */
const linesFrom = (stdout: string, name: string): string[] =>
  linesOf(stdout).flatMap((line) => {
    const [prefix, ...rest] = line.split(' | ');
    return prefix?.trim() === name ? [rest.join(' | ')] : [];
  });

describe('up in the foreground', () => {
  it('loses no line of a hundred containers that write one and end', async () => {
    const services = Array.from(
      { length: 100 },
      (_, i) => `s${i}: { image: busybox, command: echo line ${i}, net: none }`,
    );
    const { code, stdout, stderr } = await scenario.fig(services.join('\n')).run(['up']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('Warning'); // Node's, of listeners
    const lines = linesOf(stdout);
    const wanted = services.flatMap((_, i) => [
      `${`s${i}_1`.padEnd(5)}  | line ${i}`,
      `${scenario.name(`s${i}`)} exited with code 0`,
    ]);
    expect(lines.slice(1).toSorted()).toEqual(wanted.toSorted());
  });

  it('shows every line of twenty containers that each write a thousand a second, once and in order', async () => {
    const script = `mkfifo /never; exec 3<>/never; i=0
while [ $i -lt 2000 ]; do lines=; end=$((i + 100))
while [ $i -lt $end ]; do i=$((i + 1)); lines="$lines$i\n"; done
printf "$lines"; read -t 0.09 nothing <&3; done; true`;
    const command = JSON.stringify(['sh', '-c', script.replaceAll('$', '$$$$')]);
    scenario.fig(`job: { image: busybox, net: none, command: ${command} }`);
    const { code, stdout, stderr } = await scenario.run(['up', '--scale', 'job=20'], { env: TELLING_MEMORY });
    expect(code).toBe(0);
    const wanted = Array.from({ length: 2000 }, (_, i) => String(i + 1)).join(' ');
    for (let number = 1; number <= 20; number += 1) {
      const lines = linesFrom(stdout, `job_${number}`).join(' ');
      expect(lines === wanted, `job_${number}: ${lines.length} characters`).toBe(true);
    }
    expect(toldMegabytes(stderr)).toBeGreaterThan(10);
    expect(toldMegabytes(stderr)).toBeLessThan(120);
  });

  it('shows the one line of a short job every time it is run', async () => {
    scenario.fig('job: { image: busybox, command: echo hello, net: none }');
    for (let turn = 0; turn < 15; turn += 1) {
      const { code, stdout } = await scenario.ok('up');
      expect([code, ...linesOf(stdout)]).toEqual([
        0,
        `Attaching to ${scenario.name('job')}`,
        'job_1  | hello',
        `${scenario.name('job')} exited with code 0`,
      ]);
    }
  });

  it('shows the one line of fifty jobs of one service', async () => {
    scenario.fig('job: { image: busybox, command: sh -c "hostname; echo bye >&2", net: none }');
    const { stdout } = await scenario.ok('up', '--scale', 'job=50');
    expect(linesOf(stdout).filter((line) => line.endsWith('| bye'))).toHaveLength(50);
    expect(new Set(linesOf(stdout).filter((line) => / \| [0-9a-f]{12}$/.test(line))).size).toBe(50);
  });

  it('aligns prefixes and writes no escape sequence to a pipe', async () => {
    scenario.fig(`
db: { image: busybox, command: echo one }
another: { image: busybox, command: echo two, links: [db] }
`);
    const { stdout, stderr } = await scenario.run(['up'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
    expect(linesOf(stdout)[0]).toBe(`Attaching to ${scenario.name('db')}, ${scenario.name('another')}`);
    expect(linesOf(stdout)).toContain('db_1       | one');
    expect(linesOf(stdout)).toContain('another_1  | two');
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('exits with 1 when an attached container failed, and waits for the others', async () => {
    scenario.fig(`
bad: { image: busybox, command: sh -c "exit 3" }
good: { image: busybox, command: sh -c "sleep 0.5; echo still here" }
`);
    const { code, stdout } = await scenario.run(['up']);
    expect(code).toBe(1);
    expect(stdout).toContain(`${scenario.name('bad')} exited with code 3\n`);
    expect(stdout).toContain('good_1  | still here\n');
  });

  it('--abort-on-container-exit stops the others and exits with the code of the first that ended', async () => {
    scenario.fig(`
first: { image: busybox, command: sh -c "exit 4" }
other: { image: busybox, command: sleep 300, stop_signal: SIGKILL }
`);
    const { code, stdout, stderr } = await scenario.run(['up', '--abort-on-container-exit']);
    expect(code).toBe(4);
    expect(stdout).toContain(`${scenario.name('other')} exited with code 137\n`);
    expect(stderr).toContain('Stopping');
    expect(await scenario.states()).toEqual(['first_1: exited', 'other_1: exited']);
  });

  it('--exit-code-from exits with the code of that service, whoever ended first', async () => {
    scenario.fig(`
server: { image: busybox, command: sleep 300, stop_signal: SIGKILL }
tests: { image: busybox, command: sh -c "echo tested; exit 7", links: [server] }
`);
    expect((await scenario.run(['up', '--exit-code-from', 'tests'])).code).toBe(7);
    expect((await scenario.run(['up', '--exit-code-from', 'server'])).code).toBe(137);
    const unknown = await scenario.run(['up', '--exit-code-from', 'test']);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('tests');
  });

  it('attaches only to the services named, and starts what they need', async () => {
    scenario.fig(`
db: { image: busybox, command: sh -c "echo from db; sleep 300" }
web: { image: busybox, command: echo from web, links: [db] }
`);
    const { stdout } = await scenario.ok('up', 'web');
    expect(linesOf(stdout)).toEqual([
      `Attaching to ${scenario.name('web')}`,
      'web_1  | from web',
      `${scenario.name('web')} exited with code 0`,
    ]);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
  });

  it('shows every line of every life of a container that the engine restarts, once and in order', async () => {
    scenario.fig(`
job:
  image: busybox
  command: sh -c 'n=$$(cat /n 2>/dev/null || echo 0); echo $$((n+1)) > /n; for i in $$(seq 300); do echo life $$n line $$i; done; exit 9'
  restart: on-failure:3
`);
    const { code, stdout } = await scenario.run(['up']);
    expect(code).toBe(1);
    const wanted = [0, 1, 2, 3].flatMap((life) => Array.from({ length: 300 }, (_, i) => `life ${life} line ${i + 1}`));
    expect(linesFrom(stdout, 'job_1')).toEqual(wanted);
    expect(linesOf(stdout).at(-1)).toBe(`${scenario.name('job')} exited with code 9`);
  });

  it('goes on with a container that somebody restarts or replaces meanwhile', async () => {
    scenario.fig(`web: { image: busybox, command: sh -c "echo ready; sleep 300", stop_signal: SIGKILL }`);
    const up = scenario.start(['up']);
    await up.shows('ready');
    await scenario.ok('restart');
    await up.shows(/ready[^]*ready/);
    await scenario.ok('up', '-d', '--force-recreate');
    await up.shows(/ready[^]*ready[^]*ready/);
    await scenario.ok('stop');
    const { stdout } = await up.ended;
    expect(linesFrom(stdout, 'web_1').filter((line) => line === 'ready')).toHaveLength(3);
    expect(linesOf(stdout).filter((line) => line.includes('exited'))).toEqual([
      `${scenario.name('web')} exited with code 137`,
    ]);
  });

  it('follows one that has ended again when it is started while others run', async () => {
    scenario.fig(`
job: { image: busybox, command: echo did it }
web: { image: busybox, command: sleep 300, stop_signal: SIGKILL }
`);
    const up = scenario.start(['up']);
    await up.shows('job_1 exited with code 0');
    await scenario.ok('start', 'job');
    await up.shows(/job_1 exited[^]*did it[^]*job_1 exited/);
    up.child.kill('SIGINT');
    const { code, stdout } = await up.ended;
    expect(code).toBe(130);
    expect(linesFrom(stdout, 'job_1')).toEqual(['did it', 'did it']);
  });

  it('attaches to what runs already and shows only what it writes from then on', async () => {
    scenario.fig(
      `web: { image: busybox, command: sh -c 'echo old; trap "echo new; exit 0" USR1; while :; do sleep 0.1; done' }`,
    );
    await scenario.ok('up', '-d');
    const up = scenario.start(['up']);
    await up.shows('is up-to-date');
    await up.shows('Attaching to');
    const sent = await scenario.run(['kill', '-s', 'USR1']);
    expect(sent.code).toBe(0);
    const { code, stdout, stderr } = await up.ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`${scenario.name('web')} is up-to-date`);
    expect(linesFrom(stdout, 'web_1')).toEqual(['new']);
  });

  it('says when a service cannot start, skips what needs it, and exits with 1 without hanging', async () => {
    scenario.fig(`
db: { image: busybox, command: /no/such/program }
web: { image: busybox, command: sleep 300, links: [db] }
other: { image: busybox, command: sh -c "echo fine; sleep 300", stop_signal: SIGKILL }
`);
    const { code, stdout, stderr } = await scenario.run(['up']);
    expect(code).toBe(1);
    expect(stderr).toContain('/no/such/program');
    expect(stdout).not.toContain('exited'); // it never ran
    expect(stderr).toContain(`${scenario.name('web')} was not`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('ends quietly with 0 when nobody reads its output any more', async () => {
    scenario.fig('web: { image: busybox, command: yes, stop_signal: SIGKILL }');
    const up = scenario.start(['up']);
    await up.shows('web_1  | y');
    up.child.stdout?.destroy();
    const { code, stderr } = await up.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain('EPIPE');
    expect(await scenario.states()).toEqual(['web_1: exited']);
  });
});
