import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker } from '../../src/engine/docker/connect-docker.js';
import type { Engine } from '../../src/engine/engine.js';
import { hasCode, type TsfigError } from '../../src/model/errors.js';
import type { Progress } from '../../src/model/event.js';
import { askEngine } from '../support/raw-engine.js';
import { noRegistry, PASSWORD, startRegistry, USER, type TestRegistry } from '../support/registry.js';
import { testName } from '../support/specs.js';

const missing = noRegistry();
const signal = new AbortController().signal;
const basic = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

describe.skipIf(missing !== undefined)(`pulling from a registry ${missing ?? 'that wants a password'}`, () => {
  let registry: TestRegistry;
  let repository: string;
  let folder: string;

  beforeAll(async () => {
    registry = await startRegistry();
    repository = `${registry.host}/${testName()}/busy`;
    await askEngine('POST', `/images/busybox/tag?repo=${encodeURIComponent(repository)}&tag=1`);
    const login = JSON.stringify({ username: USER, password: PASSWORD, serveraddress: registry.host });
    await askEngine('POST', `/images/${repository}/push?tag=1`, {
      'X-Registry-Auth': Buffer.from(login).toString('base64url'),
    });
  });
  afterAll(() => registry.stop());

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tsfig-test-pull-'));
    await forget(`${repository}:1`);
  });
  afterEach(async () => {
    await forget(`${repository}:1`);
    await rm(folder, { recursive: true });
  });

  const environment = (): Record<string, string | undefined> => ({
    ...process.env,
    DOCKER_CONFIG: folder,
    PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
  });
  const connect = (more: Record<string, string> = {}): Promise<Engine> =>
    connectDocker({ ...environment(), ...more }, signal);
  const configure = (config: object): Promise<void> =>
    writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  const login = (): Promise<void> => configure({ auths: { [registry.host]: { auth: basic } } });
  const helper = async (name: string, script: string): Promise<void> => {
    const file = path.join(folder, 'bin', `docker-credential-${name}`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  };
  const forget = async (ref: string): Promise<void> => {
    const engine = await connect();
    await engine.removeImage(ref, { signal }).catch((error: unknown) => {
      if (!hasCode(error, 'image-not-found')) throw error;
    });
  };
  const pull = async (ref: string): Promise<Progress[]> => {
    const engine = await connect();
    const told: Progress[] = [];
    for await (const progress of engine.pullImage(ref, { signal })) told.push(progress);
    return told;
  };
  const failureOf = async (work: Promise<unknown>): Promise<TsfigError> =>
    await work.then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error as TsfigError,
    );

  it('uses what docker login left, and tells its progress', async () => {
    await login();
    const told = await pull(`${repository}:1`);
    expect(told.map(({ status }) => status).join('\n')).toMatch(/Pulling from|Digest: sha256/);
    const engine = await connect();
    expect((await engine.inspectImage(`${repository}:1`, { signal })).id).toMatch(/^sha256:/);
  });

  it('pulls by digest', async () => {
    await login();
    const answer = await fetch(`http://${repository.replace('/', '/v2/')}/manifests/1`, {
      headers: { authorization: `Basic ${basic}`, accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    const digest = answer.headers.get('docker-content-digest') ?? '';
    await pull(`${repository}@${digest}`);
    const engine = await connect();
    expect((await engine.inspectImage(`${repository}@${digest}`, { signal })).id).toMatch(/^sha256:/);
    await forget(`${repository}@${digest}`);
  });

  it('says what to do without credentials', async () => {
    const error = await failureOf(pull(`${repository}:1`));
    expect(error).toMatchObject({ code: 'pull-failed', hint: `run "docker login ${registry.host}"` });
    expect(error.message).toContain(`cannot pull ${repository}:1`);
  });

  it('says that a tag is not there', async () => {
    await login();
    expect(await failureOf(pull(`${repository}:nosuch`))).toMatchObject({ code: 'image-not-found' });
  });

  it('asks the helper of that registry, giving it the address on standard input', async () => {
    await helper(
      'fake',
      `read -r address; [ "$1 $address" = "get ${registry.host}" ] || exit 9
       echo '{"ServerURL":"x","Username":"${USER}","Secret":"${PASSWORD}"}'`,
    );
    await configure({ credHelpers: { [registry.host]: 'fake' }, credsStore: 'other' });
    await pull(`${repository}:1`);
  });

  it('asks the store when there is no helper, and takes "not found" for "nobody logged in"', async () => {
    await helper('store', `echo '{"Username":"${USER}","Secret":"${PASSWORD}"}'`);
    await configure({ auths: { [registry.host]: {} }, credsStore: 'store' });
    await pull(`${repository}:1`);
    await forget(`${repository}:1`);
    await helper('store', 'echo "credentials not found in native keychain"; exit 1');
    expect((await failureOf(pull(`${repository}:1`))).message).toContain('cannot pull');
  });

  it('names the helper that fails or is missing, and never what it said', async () => {
    await helper('broken', 'echo "the secret is 1234"; exit 3');
    await configure({ credsStore: 'broken' });
    const broken = await failureOf(pull(`${repository}:1`));
    expect(broken).toMatchObject({ code: 'pull-failed' });
    expect(broken.message).toContain('docker-credential-broken');
    expect(broken.message).not.toContain('1234');
    await configure({ credsStore: 'absent' });
    expect((await failureOf(pull(`${repository}:1`))).message).toContain('docker-credential-absent');
  });

  it.each(['0', '1'])('gives a build the credentials its FROM needs (DOCKER_BUILDKIT=%s)', async (buildkit) => {
    const context = path.join(folder, 'context');
    await mkdir(context);
    await writeFile(path.join(context, 'Dockerfile'), `FROM ${repository}:1\n`);
    const build = {
      services: ['web'],
      context,
      remote: false,
      dockerfile: 'Dockerfile',
      args: {},
      target: null,
      refs: [testName()],
      noCache: false,
      pull: true,
      labels: {},
    };
    const run = async (): Promise<void> => {
      const engine = await connect({ DOCKER_BUILDKIT: buildkit });
      const output = engine.buildImage(build, { signal })[Symbol.asyncIterator]();
      while (!(await output.next()).done);
    };
    expect(await failureOf(run())).toMatchObject({ code: 'build-failed' });
    await login();
    await run();
    await forget(build.refs[0]!);
  });
});
