import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { askEngine } from '../support/raw-engine.js';
import { noRegistry, PASSWORD, startRegistry, USER } from '../support/registry.js';

let scenario: Scenario;
let job: string;
beforeEach(() => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
});
afterEach(() => scenario.clean());

const once = (env: Record<string, string> = {}) => scenario.run(['run', '--once', 'job'], { env });
const isWait = (line: string): boolean => line.includes('next try');

/** So many runs that the next one has seconds to wait, also on a busy machine. */
const RUNS = 4;

async function failOften(code: number, env: Record<string, string> = {}, runs = RUNS): Promise<void> {
  for (let run = 1; run <= runs; run += 1) {
    const ended = await scenario.run(['run', '--once', '--no-backoff', 'job'], { env });
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).not.toContain('next try');
  }
}

describe('a job whose command does not exist', () => {
  it('says so, ends with 127, and when it has often done so waits and says why and for how long', async () => {
    scenario.fig('job: { image: busybox, command: nosuch }\n');
    await failOften(127);
    const { code, stderr } = await once();
    expect(code, stderr).toBe(127);
    const why = `${job}: last ${RUNS} runs ended with 127 within 1 s: "nosuch" not found in image busybox`;
    expect(stderr.split('\n').filter(isWait)).toEqual([
      expect.stringMatching(new RegExp(`^${why}; next try in \\S+ m?s$`)),
    ]);
    scenario.fig('job: { image: busybox, command: "true" }\n');
    expect((await once()).code).toBe(0);
    scenario.fig('job: { image: busybox, command: nosuch }\n');
    expect((await once()).stderr).not.toContain('next try'); // the success has begun it anew
  });

  it('is stopped by a signal while it waits, at once', async () => {
    scenario.fig('job: { image: busybox, command: nosuch }\n');
    await failOften(127, {}, 8);
    const waiting = scenario.start(['run', '--once', 'job']);
    await waiting.shows('next try in');
    const from = performance.now();
    waiting.child.kill('SIGTERM');
    expect((await waiting.ended).code).toBe(143);
    expect(performance.now() - from).toBeLessThan(30_000); // of a minute
    expect((await scenario.run(['run', '--once', '--no-backoff', 'job'])).code).toBe(127); // the lock is free
  });
});

const missing = noRegistry();
describe.skipIf(missing)(`a job whose image wants other credentials${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('says so, waits longer each time, and works when they are right', async () => {
    const registry = await startRegistry();
    const image = `${registry.host}/${scenario.project}`;
    const credentials = (password: string): string =>
      JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(`${USER}:${password}`).toString('base64') } } });
    try {
      await askEngine('POST', `/images/busybox/tag?repo=${image}&tag=1`);
      const login = { username: USER, password: PASSWORD, serveraddress: registry.host };
      const auth = Buffer.from(JSON.stringify(login)).toString('base64url');
      await askEngine('POST', `/images/${image}/push?tag=1`, { 'X-Registry-Auth': auth });
      await askEngine('DELETE', `/images/${image}:1`);
      scenario.fig(`job: { image: "${image}:1", command: "true" }\n`);
      scenario.write('docker/config.json', credentials('wrong'));
      const env = { DOCKER_CONFIG: `${scenario.directory}/docker` };
      await failOften(125, env);
      const { code, stderr } = await once(env);
      expect(code, stderr).toBe(125);
      const why = `${job}: last ${RUNS} runs could not start: cannot pull .*(authentication|authorized|credentials).*`;
      expect(stderr.split('\n').filter(isWait)).toEqual([expect.stringMatching(new RegExp(`^${why}; next try in `))]);
      scenario.write('docker/config.json', credentials(PASSWORD));
      expect((await once(env)).code).toBe(0);
      expect((await once(env)).stderr).toBe('');
      const { Volumes } = await scenario.docker.listVolumes({ filters: { name: [job] } });
      expect(Volumes).toEqual([]);
    } finally {
      await scenario.run(['down']);
      await askEngine('DELETE', `/images/${image}:1`).catch(() => undefined);
      await registry.stop();
    }
  });
});
