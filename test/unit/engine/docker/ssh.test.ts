import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/engine/engine.js';
import { readAddress } from '../../../../src/engine/docker/address.js';
import { connectDocker } from '../../../../src/engine/docker/connect-docker.js';
import { sshArguments } from '../../../../src/engine/docker/ssh-program.js';
import { eventually } from '../../../support/eventually.js';

const words = (address: string): readonly string[] => sshArguments(readAddress(address, false)).slice(-7);

describe('what ssh is called with', () => {
  it('ssh: an address without a user and a port leaves both to the configuration of ssh', () => {
    expect(words('ssh://engine').slice(-4)).toEqual(['-T', '--', 'engine', 'docker system dial-stdio']);
  });

  it('ssh: user, port and socket are passed on, the socket quoted for the shell over there', () => {
    expect(words('ssh://me@10.0.0.1:2222')).toEqual([
      '-l',
      'me',
      '-p',
      '2222',
      '--',
      '10.0.0.1',
      'docker system dial-stdio',
    ]);
    const socket = "docker --host 'unix:///run/a '\\''b'\\''.sock' system dial-stdio";
    expect(words("ssh://engine/run/a%20'b'.sock").at(-1)).toBe(socket);
    expect(words('ssh://[::1]').at(-2)).toBe('::1');
  });

  it.each([
    'ssh://-oProxyCommand=evil',
    'ssh://-l@engine',
    'ssh://me:secret@engine',
    'ssh://engine?x=1',
    'ssh://engine#x',
  ])('ssh: %s is refused before ssh is called', (address) => {
    expect(() => readAddress(address, false)).toThrow(expect.objectContaining({ code: 'engine-unreachable' }) as Error);
  });

  it('ssh: a password in an address is not repeated', () => {
    expect(() => readAddress('ssh://me:secret@engine', false)).not.toThrow('secret');
  });
});

/** Does a process with this number run? */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a connection through a program called ssh', () => {
  let folder: string;
  let server: Server;
  const requests: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tsfig-test-ssh-'));
    requests.length = 0;
    server = createServer(({ method, url }, response) => {
      requests.push(`${method ?? ''} ${url ?? ''}`);
      response.setHeader('Api-Version', '1.41').end(method === 'HEAD' ? '' : '[]');
    });
    await new Promise<void>((resolve) => server.listen(path.join(folder, 'engine'), resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await rm(folder, { recursive: true });
  });

  /** An engine behind a program `ssh` that notes each call in the file `calls`, and does what a shell does with `script`. */
  const behind = async (script: string): Promise<Engine> => {
    const program = path.join(folder, 'ssh');
    await writeFile(program, `#!/bin/sh\necho called >>"${folder}/calls"\n${script}\n`);
    await chmod(program, 0o755);
    return await connectDocker({ DOCKER_HOST: 'ssh://engine', PATH: `${folder}:${process.env['PATH'] ?? ''}` }, signal);
  };
  const calls = async (): Promise<number> =>
    (await readFile(path.join(folder, 'calls'), 'utf8')).split('\n').length - 1;
  const signal = new AbortController().signal;
  const dial = (): string =>
    `exec ${process.execPath} -e 'const s = require("net").connect("${folder}/engine"); process.stdin.pipe(s).pipe(process.stdout)'`;

  it('ssh: no request is sent before the engine has answered through a new connection, which serves the next ones', async () => {
    const engine = await behind(dial());
    expect(await engine.listNetworks({ signal })).toEqual([]);
    expect(await engine.listNetworks({ signal })).toEqual([]);
    expect(requests).toEqual(['HEAD /_ping', 'GET /networks', 'GET /v1.41/networks']);
    expect(await calls()).toBe(1);
  });

  it('ssh: a server that hangs up before it has said who it is is asked again', async () => {
    const hangUp = 'echo "kex_exchange_identification: read: Connection reset by peer" >&2; exit 255';
    const engine = await behind(`[ "$(wc -l <"${folder}/calls")" -gt 2 ] || { ${hangUp}; }\n${dial()}`);
    expect(await engine.listNetworks({ signal })).toEqual([]);
    expect(await calls()).toBe(3);
  });

  it.each([
    [
      'its last words are',
      'echo "a banner\n\nssh: no way there.\nNothing more to say." >&2; exit 255',
      'ssh: no way there; Nothing more to say',
    ],
    ['its exit code is, where it says nothing,', 'exit 3', 'ssh ended with 3'],
    ['what it writes instead of an answer is', 'echo Welcome!; sleep 600', 'the answer is "Welcome!\\n"'],
  ])('ssh: of a failure, %s told', async (_what, script, told) => {
    const engine = await behind(script);
    await expect(engine.listNetworks({ signal })).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining(`cannot connect to the Docker engine at ssh://engine: ${told}`) as string,
    });
    expect(await calls()).toBe(1);
  });

  it('ssh: a request that is given up ends the program that is still connecting', async () => {
    const engine = await behind(`echo $$ >"${folder}/pid"; exec sleep 600`);
    const controller = new AbortController();
    const asked = engine.listNetworks({ signal: controller.signal });
    const pid = await eventually(
      async () => Number(await readFile(path.join(folder, 'pid'), 'utf8').catch(() => '')) || undefined,
      'a start of ssh',
    );
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await eventually(() => !isAlive(pid) || undefined, 'the end of ssh');
  });

  it('ssh: where there is no ssh program, that is said', async () => {
    const engine = await connectDocker({ DOCKER_HOST: 'ssh://engine', PATH: folder }, signal);
    await expect(engine.listNetworks({ signal })).rejects.toThrow('the ssh program is not installed here');
  });
});
