import { randomInt } from 'node:crypto';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineProxy } from '../support/engine-proxy.js';

/*
 * How many requests a command may make. The engine's own time is the floor: what is not asked costs nothing, and a request
 * more for each service is what makes tools slow.
 */

let scenario: Scenario;
let proxy: EngineProxy;
beforeEach(async () => {
  scenario = new Scenario();
  proxy = await EngineProxy.open();
});
afterEach(async () => {
  await proxy.close();
  await scenario.clean();
});

const IDLE = 'stop_signal: SIGKILL, command: sleep 600';
/** A range of its own: where another test is quicker to take a subnet, `up` looks once more. */
const POOL = `10.${randomInt(120, 250)}.${randomInt(0, 250)}.0/24`;

/** The requests of a command that must end with 0, such as `GET /networks`. */
async function requestsOf(...args: readonly string[]): Promise<string[]> {
  proxy.reset();
  const ended = await scenario.run(args, { env: { ...proxy.env, TSFIG_SUBNET_POOL: POOL } });
  expect(ended.code, ended.stderr).toBe(0);
  return proxy.requests.map(({ method, path }) => `${method} ${path}`);
}

const services = (count: number, more = ''): string =>
  Array.from({ length: count }, (_none, index) => {
    const links = index === 0 ? '' : `, links: [s${index - 1}]`;
    return `s${index}: { image: busybox, ${IDLE}${links}${more} }\n`;
  }).join('');

/** What commands ask that take a lock: whose engine it is. */
const LOCK = 'GET /networks/none';
const LOOK = ['GET /containers/json', 'GET /images/busybox/json', 'GET /networks', LOCK];

describe('up -d', () => {
  it('with nothing to do looks once, side by side, whatever the number of services', async () => {
    for (const count of [1, 6]) {
      scenario.fig(services(count));
      await requestsOf('up', '-d');
      expect((await requestsOf('up', '-d')).toSorted()).toEqual(LOOK);
    }
  });

  it('with nothing to do makes no more than five requests, whatever the number of images, with named volumes, too', async () => {
    const docker = new Docker();
    const repo = `${scenario.project}-image`;
    const tags = ['one', 'two', 'three'];
    try {
      for (const tag of tags) await docker.getImage('busybox').tag({ repo, tag });
      scenario.fig(`
${tags.map((tag) => `${tag}: { image: "${repo}:${tag}", ${IDLE}, volumes: ["kept:/data"] }`).join('\n')}
four: { image: busybox, ${IDLE}, links: [one, two] }
five: { image: "debian:bookworm-slim", ${IDLE}, links: [four] }
`);
      await requestsOf('up', '-d');
      expect((await requestsOf('up', '-d')).toSorted()).toEqual([
        ...['GET /containers/json', 'GET /images/json', 'GET /networks', LOCK, 'GET /volumes'],
      ]);
    } finally {
      await scenario.run(['down', '-v']);
      await Promise.all(tags.map((tag) => docker.getImage(`${repo}:${tag}`).remove()));
    }
  });

  it('from nothing makes two requests a container and at most eight more, and one where a service waits for another', async () => {
    for (const count of [1, 4]) {
      scenario.fig(services(count));
      const requests = await requestsOf('up', '-d');
      expect(requests.length - 2 * count, requests.join('\n')).toBeLessThanOrEqual(count === 1 ? 8 : 9);
      await scenario.ok('down');
    }
  });

  it('creates without waiting for what is started, and starts without waiting for all to be created', async () => {
    scenario.fig(services(4));
    const requests = await requestsOf('--parallel', '2', 'up', '-d');
    const firstStart = requests.findIndex((request) => request.endsWith('/start'));
    const creates = requests.flatMap((request, at) => (request === 'POST /containers/create' ? [at] : []));
    expect(firstStart).toBeLessThan(creates.at(-1) ?? 0);
    expect(creates.at(-1)).toBeLessThan(requests.findLastIndex((request) => request.endsWith('/start')));
  });
});

describe('the verbs', () => {
  it('make one list and what must be done, and those that change something take a lock', async () => {
    scenario.fig(services(3));
    await scenario.ok('up', '-d');
    const did = async (...args: readonly string[]): Promise<string[]> =>
      (await requestsOf(...args))
        .map((request) => request.replace(/\/containers\/(?!json\b)[^/]+/, '/containers/X'))
        .toSorted();
    const three = (request: string): string[] => [request, request, request];
    const list = 'GET /containers/json';
    expect(await did('ps')).toEqual([list]);
    expect(await did('logs')).toEqual([...three('GET /containers/X/logs'), list].toSorted());
    expect(await did('stop')).toEqual([list, LOCK, ...three('POST /containers/X/stop')]);
    expect(await did('start')).toEqual([list, LOCK, ...three('POST /containers/X/start')]);
    expect(await did('restart')).toEqual([list, LOCK, ...three('POST /containers/X/restart')]);
    expect(await did('kill')).toEqual([list, LOCK, ...three('POST /containers/X/kill')]);
    expect(await did('rm', '-f')).toEqual([...three('DELETE /containers/X'), list, LOCK]);
  });

  it('ps asks while the file is read, and one that is wrong is told all the same, engine or none', async () => {
    scenario.fig('web: { image: busybox, links: [nobody] }\n');
    proxy.onRequest = () => 'hold'; // it never answers
    for (const env of [proxy.env, { DOCKER_HOST: 'unix:///nowhere/docker.sock' }]) {
      const { code, stderr } = await scenario.run(['ps'], { env });
      expect(code).toBe(1);
      expect(stderr).toContain('fig.yml:1:');
      expect(stderr).not.toContain('cannot reach');
    }
    expect(proxy.changes).toEqual([]);
  });

  it('down looks at containers, networks and volumes side by side, and does what must be done', async () => {
    scenario.fig(services(2));
    await scenario.ok('up', '-d');
    const requests = await requestsOf('down');
    expect(requests.filter((request) => request.startsWith('GET')).toSorted()).toEqual([
      'GET /containers/json',
      'GET /networks',
      LOCK,
      'GET /volumes',
    ]);
    expect(requests).toHaveLength(4 + 2 * 2 + 1);
    expect(await requestsOf('ps')).toHaveLength(1);
  });
});
