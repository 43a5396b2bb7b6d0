import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scenario, type Ended } from '../support/cli.js';

const SOCKET = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';

/** An engine behind TLS that wants a certificate of its clients, one that wants none, and one without TLS. */
describe('an engine over the network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsfig-test-tls-'));
  const scenario = new Scenario();
  const servers: Server[] = [];
  const at = (name: string): string => join(folder, name);
  const ports = { strict: 0, open: 0, plain: 0 };

  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const authority = (name: string): void =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  const certificate = (name: string, by: string, subject = '127.0.0.1'): void => {
    writeFileSync(at('extensions'), `subjectAltName=${subject.startsWith('127') ? 'IP' : 'DNS'}:${subject}\n`);
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-extfile',
      'extensions',
      '-out',
      `${name}.pem`,
    );
  };
  /** A folder of certificates, by the names that docker wants. */
  const certs = (files: Readonly<Record<string, string>>): string => {
    const made = mkdtempSync(at('certs-'));
    for (const [name, source] of Object.entries(files)) writeFileSync(join(made, name), readFileSync(at(source)));
    return made;
  };
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const toEngine = (socket: NodeJS.ReadWriteStream & { destroy(): void }): void => {
    const engine = connect(SOCKET);
    for (const each of [socket, engine]) each.on('error', () => void (socket.destroy(), engine.destroy()));
    socket.pipe(engine).pipe(socket);
  };

  beforeAll(async () => {
    authority('ca');
    authority('stranger');
    certificate('server', 'ca');
    certificate('client', 'ca');
    certificate('foreign', 'stranger');
    const own = {
      key: readFileSync(at('server.key')),
      cert: readFileSync(at('server.pem')),
      ca: readFileSync(at('ca.pem')),
    };
    ports.strict = await listen(createServer({ ...own, requestCert: true, rejectUnauthorized: true }, toEngine));
    ports.open = await listen(createServer(own, toEngine));
    ports.plain = await listen(createTcpServer({ allowHalfOpen: true }, toEngine));
    scenario.fig('job: { image: busybox, command: echo hello }\n');
  });
  afterAll(async () => {
    await scenario.clean();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  const run = (kind: keyof typeof ports, env: Readonly<Record<string, string>>, args = ['ps']): Promise<Ended> =>
    scenario.run(args, { env: { DOCKER_HOST: `tcp://127.0.0.1:${ports[kind]}`, ...env } });
  const fails = async (...call: Parameters<typeof run>): Promise<string> => {
    const { code, stderr } = await run(...call);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\n {2}hint: .*\n$/);
    return stderr;
  };

  it('TLS: a job runs with ca.pem, cert.pem and key.pem', async () => {
    const folder = certs({ 'ca.pem': 'ca.pem', 'cert.pem': 'client.pem', 'key.pem': 'client.key' });
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    expect(await run('strict', env, ['run', '--once', 'job'])).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('TLS: ca.pem alone is enough where the engine asks for no certificate', async () => {
    expect(
      await run('open', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs({ 'ca.pem': 'ca.pem' }) }),
    ).toMatchObject({ code: 0, stderr: '' });
  });

  it('TLS: DOCKER_TLS alone takes any certificate of the engine', async () => {
    expect(await run('open', { DOCKER_TLS: '1', DOCKER_CERT_PATH: certs({}) })).toMatchObject({ code: 0, stderr: '' });
  });

  it('TLS: an engine whose certificate a stranger signed is refused in words', async () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs({ 'ca.pem': 'stranger.pem' }) };
    expect(await fails('open', env)).toMatch(
      /unable to verify the first certificate|self.signed certificate|unable to get local issuer[^]*ca\.pem must hold/,
    );
  });

  it('TLS: an engine that wants a certificate says so, whether there is none or a stranger’s', async () => {
    const verify = { DOCKER_TLS_VERIFY: '1' };
    expect(await fails('strict', { ...verify, DOCKER_CERT_PATH: certs({ 'ca.pem': 'ca.pem' }) })).toContain(
      'it may want a certificate of yours',
    );
    const foreign = certs({ 'ca.pem': 'ca.pem', 'cert.pem': 'foreign.pem', 'key.pem': 'foreign.key' });
    expect(await fails('strict', { ...verify, DOCKER_CERT_PATH: foreign })).toContain('it may not trust');
  });

  it('TLS: a key that does not belong to the certificate is named', async () => {
    const folder = certs({ 'ca.pem': 'ca.pem', 'cert.pem': 'client.pem', 'key.pem': 'foreign.key' });
    const said = await fails('strict', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder });
    expect(said).toContain(`cannot use ca.pem, cert.pem, key.pem of ${folder}: key values mismatch`);
  });

  it('TLS: an engine without TLS is not spoken to with it', async () => {
    const said = await fails('plain', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs({ 'ca.pem': 'ca.pem' }) });
    expect(said).toContain('unset DOCKER_TLS_VERIFY');
  });

  it('TCP: a job runs without TLS', async () => {
    expect(await run('plain', {}, ['run', '--once', 'job'])).toMatchObject({ code: 0, stdout: 'hello\n' });
  });
});
