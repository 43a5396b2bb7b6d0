import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { doing } from '../../../../src/engine/docker/docker-errors.js';
import { ask, type Door } from '../../../../src/engine/docker/door.js';

/** A transport whose answer has this body, and breaks off after it where there is an error. */
function answering(body: string, error: Error | null = null): Door {
  async function* pieces(): AsyncGenerator<Buffer, void> {
    yield await Promise.resolve(Buffer.from(body));
    if (error) throw error;
  }
  const modem: Door['modem'] = { dial: (_options, callback) => callback(null, Readable.from(pieces())) };
  return { modem, apiVersion: '1.41' };
}

const asked = (door: Door): Promise<unknown> =>
  ask(door, { method: 'GET', path: '/networks' }, doing('list networks'), new AbortController().signal);

describe('an answer of the engine', () => {
  it('is its JSON, or undefined when it has no body', async () => {
    expect(await asked(answering('[{"Name":"none"}]\n'))).toEqual([{ Name: 'none' }]);
    expect(await asked(answering(''))).toBeUndefined();
  });

  it('that breaks off is a lost engine, whatever has come of it', async () => {
    const lost = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    await expect(asked(answering('[', lost))).rejects.toMatchObject({ code: 'engine-unreachable' });
    await expect(asked(answering('[]', lost))).rejects.toMatchObject({ code: 'engine-unreachable' });
  });

  it('that is no JSON is a refusal', async () => {
    await expect(asked(answering('<html>'))).rejects.toMatchObject({
      code: 'engine-refused',
      message: "cannot list networks: the engine's answer is not JSON",
    });
  });
});
