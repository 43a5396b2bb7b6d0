import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';

let scenario: Scenario;
let news: EngineNews;
let job: string;
beforeEach(async () => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
  news = await EngineNews.of(scenario.docker, scenario.project);
});
afterEach(async () => {
  news.close();
  await scenario.clean();
});

const POLITE =
  'job: { image: busybox, command: ["sh", "-c", "trap \'echo bye; exit 5\' TERM; echo hello; sleep 600 & wait"] }\n';

/** Runs the job's command line in this way, from `/`, with no more of an environment than cron gives (crontab(5)). */
function start(way: readonly string[], options = '') {
  const line = `exec ${process.execPath} ${TSFIG} -f ${join(scenario.directory, 'fig.yml')} -p ${scenario.project} run --once ${options} job`;
  const command = [...way, line];
  const home = join(scenario.directory, 'home');
  mkdirSync(home);
  const docker = process.env['DOCKER_HOST'];
  const env = {
    PATH: '/usr/bin:/bin',
    SHELL: '/bin/sh',
    LOGNAME: 'root',
    HOME: home,
    ...(docker && { DOCKER_HOST: docker }),
  };
  const child = spawn('env', command, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.resume();
  const ended = new Promise<{ code: number; stdout: string }>((resolve) =>
    child.on('close', (code) => resolve({ code: code ?? -1, stdout })),
  );
  return { child, ended };
}

describe('a job without a terminal, a home worth the name, or a session', () => {
  it('runs as cron runs it, and its output is all that is written', async () => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "echo hello; exit 7"] }\n');
    expect(await start(['/bin/sh', '-c'], '--quiet').ended).toEqual({ code: 7, stdout: 'hello\n' });
  });

  it('runs in a session of its own (setsid), and is stopped by TERM', async () => {
    scenario.fig(POLITE);
    const { child, ended } = start(['setsid', '/bin/sh', '-c']);
    await news.saw(`start ${job}`);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 5, stdout: 'hello\nbye\n' });
  });

  // Node forgets at its start that it was told to ignore it, and nothing tells that it was: setsid keeps hang-ups away.
  it.each([{ before: [] }, { before: ['nohup'] }])('is stopped by a hang-up: $before', async ({ before }) => {
    scenario.fig(POLITE);
    const { child, ended } = start([...before, '/bin/sh', '-c']);
    await news.saw(`start ${job}`);
    child.kill('SIGHUP');
    expect(await ended).toEqual({ code: 5, stdout: 'hello\nbye\n' });
  });
});
