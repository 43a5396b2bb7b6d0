import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { NETWORK } from '../../../../src/engine/docker/docker-json.js';
import { doing } from '../../../../src/engine/docker/docker-errors.js';
import type { Modem } from '../../../../src/engine/docker/send-request.js';
import { ask, EngineClient, tell } from '../../../../src/engine/docker/engine-client.js';
import { list } from '../../../../src/engine/docker/shape.js';

interface Given {
  readonly body?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** It breaks off after the body. */
  readonly error?: Error;
}

/** A client whose transport gives these answers in turn, and the last one for ever; and the paths that were asked for. */
function answering(...answers: readonly Given[]): { readonly client: EngineClient; readonly paths: string[] } {
  const paths: string[] = [];
  const modem: Modem = {
    dial(options, callback) {
      const given = answers[Math.min(paths.length, answers.length - 1)] ?? {};
      paths.push((options as { path: string }).path);
      const { status: statusCode = 200, headers = { 'api-version': '1.41' } } = given;
      callback(null, Object.assign(Readable.from(piecesOf(given)), { statusCode, headers }));
    },
  };
  return { client: new EngineClient(modem, 'unix:///there'), paths };
}

async function* piecesOf({ body = '', error }: Given): AsyncGenerator<Buffer, void> {
  yield await Promise.resolve(Buffer.from(body));
  if (error) throw error;
}

const signal = new AbortController().signal;
const asked = (client: EngineClient): Promise<unknown> =>
  ask(client, { method: 'GET', path: '/networks' }, { doing: doing('list networks'), signal, shape: list(NETWORK) });
const posted = (client: EngineClient): Promise<void> =>
  tell(client, { method: 'POST', path: '/networks/prune' }, { doing: doing('prune networks'), signal });

describe('an answer of the engine', () => {
  it('is its JSON', async () => {
    expect(await asked(answering({ body: '[{"Id":"1","Name":"none"}]\n' }).client)).toEqual([
      { Id: '1', Name: 'none' },
    ]);
  });

  it('that breaks off is a lost engine, whatever has come of it', async () => {
    const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    for (const given of [{ body: '[' }, { body: '[]' }, { body: '{"message":"bro', status: 500 }])
      await expect(asked(answering({ ...given, error }).client)).rejects.toMatchObject({ code: 'engine-unreachable' });
  });

  it.each([
    ['<html>', 'it is not JSON'],
    ['', 'it is not JSON'],
    ['null', 'answer is null, not a list'],
    ['42', 'answer is 42, not a list'],
    ['{}', 'answer is an object, not a list'],
    ['[null]', 'answer[0] is null, not an object'],
    ['[{"Id":"1"}]', 'answer[0].Name is missing, not a string'],
    ['[{"Id":"1","Name":"a"},{"Id":"2","Name":["b"]}]', 'answer[1].Name is a list, not a string'],
    ['[{"Id":"1","Name":"a","Labels":{"key":7}}]', 'answer[0].Labels.key is 7, not a string'],
    [
      '[{"Id":"1","Name":"a","IPAM":{"Config":[{"Subnet":true}]}}]',
      'answer[0].IPAM.Config[0].Subnet is true, not a string',
    ],
  ])('of another shape than it should have is refused in words: %s', async (body, why) => {
    await expect(asked(answering({ body }).client)).rejects.toMatchObject({
      code: 'engine-refused',
      message: `cannot list networks: the engine's answer is not as it should be: ${why}`,
    });
  });

  it('may lack what it need not have, or have null there, and have more than is read', async () => {
    const networks = [{ Id: '1', Name: 'a', Labels: null, More: [1] }];
    expect(await asked(answering({ body: JSON.stringify(networks) }).client)).toEqual(networks);
  });

  it('that refuses is told in the engine’s words, else in those of whoever stands before it', async () => {
    const refused = (body: string) => asked(answering({ status: 500, body }).client);
    await expect(refused('{"message":"broken\\n"}')).rejects.toThrow('cannot list networks: broken');
    await expect(refused('Bad Gateway')).rejects.toThrow('cannot list networks: Bad Gateway');
    await expect(refused('')).rejects.toThrow('cannot list networks: HTTP code 500');
  });
});

describe('what the engine is', () => {
  it('is told by the first answer, so that the next request names its version', async () => {
    const { client, paths } = answering({ body: '[]' });
    await asked(client);
    await asked(client);
    expect(paths).toEqual(['/networks', '/v1.41/networks']);
    expect(await client.engineInfo(signal)).toEqual({ flavor: 'docker', apiVersion: '1.41' });
    expect(paths).toHaveLength(2);
  });

  it('is told by a refusal, too', async () => {
    const { client, paths } = answering({ status: 404, body: '{"message":"no such network"}' }, { body: '[]' });
    await expect(asked(client)).rejects.toMatchObject({ code: 'not-found' });
    await asked(client);
    expect(paths).toEqual(['/networks', '/v1.41/networks']);
  });

  it('is asked before anything is changed', async () => {
    const { client, paths } = answering({});
    await posted(client);
    expect(paths).toEqual(['/_ping', '/v1.41/networks/prune']);
  });

  it('is asked by who wants to know it first', async () => {
    const { client, paths } = answering({});
    await client.engineInfo(signal);
    await client.engineInfo(signal);
    expect(paths).toEqual(['/_ping']);
  });

  it('is asked of one that has nothing at a path without a version', async () => {
    const { client, paths } = answering({ status: 404, body: 'page not found', headers: {} }, {}, { body: '[]' });
    expect(await asked(client)).toEqual([]);
    expect(paths).toEqual(['/networks', '/_ping', '/v1.41/networks']);
  });

  it('may be too old', async () => {
    const { client } = answering({ body: '[]', headers: { 'api-version': '1.24' } });
    await expect(asked(client)).rejects.toMatchObject({ code: 'engine-too-old' });
  });
});
