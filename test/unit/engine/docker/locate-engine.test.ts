import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddress } from '../../../../src/engine/docker/address.js';
import { connectDocker } from '../../../../src/engine/docker/connect-docker.js';
import { toBuilder, toEngineInfo } from '../../../../src/engine/docker/negotiation.js';
import { locateEngine } from '../../../../src/engine/docker/locate-engine.js';

describe('an address', () => {
  it.each([
    ['unix:///run/x.sock', false, { protocol: 'http', socketPath: '/run/x.sock', host: undefined }],
    ['npipe:////./pipe/docker_engine', false, { protocol: 'http', socketPath: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.1', false, { protocol: 'http', host: 'http://10.0.0.1', port: 2375 }],
    ['tcp://10.0.0.1', true, { protocol: 'https', host: 'https://10.0.0.1', port: 2376 }],
    ['10.0.0.1:4000', false, { protocol: 'http', host: 'http://10.0.0.1', port: 4000 }],
    ['engine.example:4000', true, { protocol: 'https', host: 'https://engine.example', port: 4000 }],
    ['tcp://[::1]:2375', false, { host: 'http://[::1]', port: 2375 }],
    ['https://engine.example', false, { protocol: 'https', port: 2376 }],
    ['ssh://me@engine.example', false, { protocol: 'ssh', host: 'engine.example', port: undefined, username: 'me' }],
    ['ssh://engine.example:2222', false, { protocol: 'ssh', port: 2222, username: undefined }],
  ])('%s (TLS %s)', (text, tls, expected) => {
    expect(readAddress(text, tls)).toMatchObject({ text, ...expected });
  });

  it.each(['ftp://x', 'unix://', 'tcp://', 'http://:80', 'a b c'])('"%s" is none', (text) => {
    expect(() => readAddress(text, false)).toThrow(
      expect.objectContaining({
        code: 'engine-unreachable',
        message: expect.stringContaining(text) as string,
      }) as Error,
    );
  });
});

describe('the engine is found', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'tsfig-test-home-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const file = async (name: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), text);
  };
  const context = async (name: string, host: string): Promise<string> => {
    const id = createHash('sha256').update(name).digest('hex');
    await file(`.docker/contexts/meta/${id}/meta.json`, JSON.stringify({ Endpoints: { docker: { Host: host } } }));
    return id;
  };
  const located = async (environment: Readonly<Record<string, string>>): Promise<string> =>
    (await locateEngine({ HOME: home, ...environment })).address.text;

  it('by DOCKER_HOST before any context', async () => {
    await context('other', 'tcp://1.2.3.4:5');
    expect(await located({ DOCKER_HOST: 'unix:///a.sock', DOCKER_CONTEXT: 'other' })).toBe('unix:///a.sock');
  });

  it('by DOCKER_CONTEXT before the current context', async () => {
    await file('.docker/config.json', '{"currentContext":"current"}');
    await context('current', 'unix:///current.sock');
    await context('other', 'unix:///other.sock');
    expect(await located({})).toBe('unix:///current.sock');
    expect(await located({ DOCKER_CONTEXT: 'other' })).toBe('unix:///other.sock');
    expect(await located({ DOCKER_CONTEXT: '' })).toBe('unix:///current.sock'); // as the docker command has it
    expect(await located({ DOCKER_CONTEXT: 'default' })).toMatch(/^unix:.*docker\.sock$/);
  });

  it('with the certificates of a context, or of DOCKER_CERT_PATH', async () => {
    const id = await context('tls', 'tcp://1.2.3.4:2376');
    await file(`.docker/contexts/tls/${id}/docker/ca.pem`, 'CA');
    const byContext = await locateEngine({ HOME: home, DOCKER_CONTEXT: 'tls' });
    expect(byContext).toMatchObject({ address: { protocol: 'https' }, tls: { ca: 'CA', cert: undefined } });
    await file('certs/ca.pem', 'CA');
    await file('certs/cert.pem', 'CERT');
    await file('certs/key.pem', 'KEY');
    const environment = { DOCKER_HOST: 'tcp://1.2.3.4:2376', DOCKER_TLS_VERIFY: 'yes' };
    const byPath = await locateEngine({ HOME: home, ...environment, DOCKER_CERT_PATH: path.join(home, 'certs') });
    expect(byPath).toMatchObject({ address: { protocol: 'https' }, tls: { ca: 'CA', cert: 'CERT', key: 'KEY' } });
  });

  it('TLS: DOCKER_TLS alone encrypts and verifies nothing, DOCKER_TLS_VERIFY verifies, whatever their values', async () => {
    const host = { HOME: home, DOCKER_HOST: 'tcp://1.2.3.4' };
    await file('.docker/ca.pem', 'CA');
    expect(await locateEngine({ ...host, DOCKER_TLS: '0' })).toMatchObject({
      address: { protocol: 'https', port: 2376 },
      tls: { ca: 'CA', isVerified: false },
    });
    const both = { DOCKER_TLS: '1', DOCKER_TLS_VERIFY: '0' };
    expect(await locateEngine({ ...host, ...both })).toMatchObject({ tls: { ca: 'CA', isVerified: true } });
    expect(await locateEngine({ ...host, DOCKER_TLS: '', DOCKER_TLS_VERIFY: '' })).toMatchObject({ tls: undefined });
  });

  it('TLS: the certificates are beside the configuration that DOCKER_CONFIG names, unless DOCKER_CERT_PATH names a folder', async () => {
    await file('other/ca.pem', 'OTHER');
    const host = { HOME: home, DOCKER_HOST: 'tcp://1.2.3.4', DOCKER_TLS_VERIFY: '1' };
    const located = await locateEngine({ ...host, DOCKER_CONFIG: path.join(home, 'other'), DOCKER_CERT_PATH: '' });
    expect(located).toMatchObject({ tls: { ca: 'OTHER' } });
  });

  it('TLS: a context that skips the verification is used as the docker command does', async () => {
    const id = createHash('sha256').update('lax').digest('hex');
    const endpoint = { Host: 'tcp://1.2.3.4:2376', SkipTLSVerify: true };
    await file(`.docker/contexts/meta/${id}/meta.json`, JSON.stringify({ Endpoints: { docker: endpoint } }));
    expect(await locateEngine({ HOME: home, DOCKER_CONTEXT: 'lax' })).toMatchObject({
      address: { protocol: 'https' },
      tls: { isVerified: false },
    });
  });

  it('TLS: it is said which file is missing, and which variable names its folder', async () => {
    const host = { DOCKER_HOST: 'tcp://1.2.3.4:2376', DOCKER_TLS_VERIFY: '1' };
    await expect(located({ ...host, DOCKER_CERT_PATH: path.join(home, 'nowhere') })).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: `DOCKER_TLS_VERIFY is set, and there is no ca.pem in ${home}/nowhere`,
      hint: expect.stringContaining('DOCKER_CERT_PATH') as string,
    });
    await file('.docker/ca.pem', 'CA');
    await file('.docker/cert.pem', 'CERT');
    await expect(located(host)).rejects.toThrow(`there is a cert.pem in ${home}/.docker, and no key.pem`);
  });

  it('or it is said which context or file is wrong', async () => {
    await expect(located({ DOCKER_CONTEXT: 'gone' })).rejects.toThrow('docker context "gone"');
    await file('.docker/config.json', '{"auths": secret');
    const broken = located({});
    await expect(broken).rejects.toMatchObject({ code: 'engine-unreachable' });
    await expect(broken).rejects.not.toThrow('secret');
  });
});

describe('connecting', () => {
  const signal = new AbortController().signal;

  it('to where nothing listens says where, and how to name another place', async () => {
    for (const address of ['unix:///nowhere/docker.sock', 'tcp://127.0.0.1:1']) {
      const engine = await connectDocker({ DOCKER_HOST: address }, signal);
      await expect(engine.listNetworks({ signal })).rejects.toMatchObject({
        code: 'engine-unreachable',
        message: expect.stringContaining(address) as string,
        hint: expect.stringContaining('DOCKER_HOST') as string,
      });
    }
  });

  it('ends with the signal’s reason', async () => {
    const reason = new Error('enough');
    await expect(connectDocker({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.each([
    [{ 'api-version': '1.41' }, { flavor: 'docker', apiVersion: '1.41' }, 'classic'],
    [{ 'api-version': '1.41', 'builder-version': '1' }, { flavor: 'docker', apiVersion: '1.41' }, 'classic'],
    [{ 'api-version': '1.52', 'builder-version': '2' }, { flavor: 'docker', apiVersion: '1.51' }, 'buildkit'],
    [
      { 'api-version': '1.41', 'libpod-api-version': '4.3.1', 'builder-version': '2' },
      { flavor: 'podman', apiVersion: '1.41' },
      'classic',
    ],
  ])('reads %j', (headers, facts, builder) => {
    expect(toEngineInfo(headers, 'unix:///x')).toEqual(facts);
    expect(toBuilder(headers)).toBe(builder);
  });

  it.each(['1.39', '1.9', ''])('refuses API "%s"', (version) => {
    expect(() => toEngineInfo({ 'api-version': version }, 'unix:///x')).toThrow(
      expect.objectContaining({ code: 'engine-too-old' }) as Error,
    );
  });
});
