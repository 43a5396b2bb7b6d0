import { describe, expect, it } from 'vitest';
import { registriesOf } from '../../../../src/engine/docker/build.js';
import { readBuildKitBuild, readClassicBuild } from '../../../../src/engine/docker/build-steps.js';
import { readTrace } from '../../../../src/engine/docker/buildkit-trace.js';
import { readImageRef } from '../../../../src/engine/docker/image-ref.js';
import { failureOf, toProgress } from '../../../../src/engine/docker/progress.js';
import { readMessage, textOf, writeMessage } from '../../../../src/engine/docker/protobuf.js';

describe('an image reference', () => {
  it.each([
    ['redis', 'docker.io', 'redis', 'latest'],
    ['redis:7', 'docker.io', 'redis', '7'],
    ['me/app:1.0', 'docker.io', 'me/app', '1.0'],
    ['localhost/app', 'localhost', 'localhost/app', 'latest'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000', '127.0.0.1:5000/app', 'latest'],
    ['ghcr.io/me/app:1', 'ghcr.io', 'ghcr.io/me/app', '1'],
    ['index.docker.io/library/redis', 'docker.io', 'index.docker.io/library/redis', 'latest'],
    ['app@sha256:ab', 'docker.io', 'app', 'sha256:ab'],
    ['host:5000/app:1@sha256:ab', 'host:5000', 'host:5000/app', 'sha256:ab'],
  ])('%s', (ref, registry, repository, tag) => {
    expect(readImageRef(ref)).toEqual({ registry, repository, tag });
  });
});

describe('the registries of a Dockerfile', () => {
  it('are those of FROM and COPY --from', () => {
    const text =
      'FROM --platform=linux/amd64 ghcr.io/a/b:1 AS x\ncopy --from=quay.io/c/d /a /b\nFROM scratch\nRUN FROM';
    expect(registriesOf(text)).toEqual(['ghcr.io', 'quay.io']);
  });

  it('are unknown when a variable hides one', () => {
    expect(registriesOf('ARG BASE\nFROM ${BASE}\n')).toBeUndefined();
  });
});

describe('progress', () => {
  it('is told by layer, with bytes where they are known', () => {
    expect(toProgress({ id: 'ab', status: 'Downloading', progressDetail: { current: 5, total: 10 } })).toEqual({
      part: 'ab',
      status: 'Downloading',
      doneBytes: 5,
      totalBytes: 10,
    });
    expect(toProgress({ status: 'Digest: sha256:ab', progressDetail: {} })).toEqual({
      part: '',
      status: 'Digest: sha256:ab',
      doneBytes: null,
      totalBytes: null,
    });
    expect(toProgress({ id: 'ab', status: 'x', progressDetail: { current: 5, total: -1 } })?.totalBytes).toBeNull();
    expect(toProgress({ stream: 'text' })).toBeUndefined();
  });

  it('may end in a failure', () => {
    expect(failureOf({ error: 'short', errorDetail: { message: 'long' } })).toBe('long');
    expect(failureOf({ error: 'short' })).toBe('short');
    expect(failureOf({ status: 'fine' })).toBeUndefined();
  });
});

describe('what the classic builder tells', () => {
  it('comes in lines however it is cut, without its colours, and remembers the step', () => {
    const reader = readClassicBuild();
    const pieces = ['Step 1/2 : FROM x\n ---> 12\nSte', 'p 2/2 : RUN make\n', '\u001b[91moops\n\u001b[0m', 'last'];
    const output = [...pieces.flatMap((stream) => reader.read({ stream })), ...reader.end()];
    const lines = output.map((one) => (one.kind === 'text' ? one.text : one.kind));
    expect(lines).toEqual(['Step 1/2 : FROM x', ' ---> 12', 'Step 2/2 : RUN make', 'oops', 'last']);
    expect(reader.step()).toEqual({ name: 'RUN make', lastLines: ['oops', 'last'] });
  });
});

describe('what BuildKit tells', () => {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Buffer.concat([Uint8Array.from([number * 8 + 2, bytes.length]), bytes]);
  const moment = (seconds: number): Uint8Array => Uint8Array.from([8, seconds]);
  const trace = (...parts: readonly Uint8Array[]): object => ({
    id: 'moby.buildkit.trace',
    aux: Buffer.concat(parts).toString('base64'),
  });
  const vertex = (digest: string, name: string, ...more: readonly Uint8Array[]): Uint8Array =>
    field(1, Buffer.concat([writeMessage({ 1: digest, 3: name }), ...more]));
  const log = (digest: string, text: string, at: number): Uint8Array =>
    field(3, Buffer.concat([writeMessage({ 1: digest }), field(2, moment(at)), writeMessage({ 4: text })]));
  const started = field(5, moment(10));
  const completed = field(6, moment(12));
  const cached = Uint8Array.from([32, 1]);

  const read = (...lines: readonly object[]): { lines: string[]; step: unknown } => {
    const reader = readBuildKitBuild();
    const output = lines.flatMap((line) => reader.read(line));
    return { lines: output.map((one) => (one.kind === 'text' ? one.text : 'progress')), step: reader.step() };
  };

  it('names each step once, with its lines and its end', () => {
    const { lines } = read(
      trace(vertex('a', '[1/2] FROM x')),
      trace(vertex('a', '[1/2] FROM x', started, completed, cached)),
      trace(vertex('b', '[2/2] RUN make', started)),
      trace(vertex('b', '[2/2] RUN make', started), log('b', 'one\ntw', 11)),
      trace(log('b', 'o\nrest', 11)),
      trace(vertex('b', '[2/2] RUN make', started, completed)),
      trace(vertex('b', '[2/2] RUN make', started, completed)),
    );
    expect(lines).toEqual([
      '#1 [1/2] FROM x',
      '#1 CACHED',
      '#2 [2/2] RUN make',
      '#2 1.000 one',
      '#2 1.000 two',
      '#2 2.000 rest',
      '#2 DONE 2.0s',
    ]);
  });

  it('remembers the step that failed and its last lines', () => {
    const { lines, step } = read(
      trace(vertex('b', '[2/2] RUN make', started), log('b', 'why\n', 11)),
      trace(vertex('b', '[2/2] RUN make', started, completed, writeMessage({ 7: 'exit code: 2' }))),
    );
    expect(lines.at(-1)).toBe('#1 ERROR: exit code: 2');
    expect(step).toEqual({ name: 'RUN make', lastLines: ['why'] });
  });

  it('passes over what is not a trace', () => {
    expect(read({ id: 'moby.image.id', aux: { ID: 'sha256:1' } }, trace()).lines).toEqual([]);
    expect(() => readTrace('Cg')).toThrow(RangeError);
  });

  it('build: a trace of BuildKit that is cut off is the fault of the engine, not a bug of tsfig', () => {
    const cutOff = { id: 'moby.buildkit.trace', aux: 'Cg' };
    expect(() => read(cutOff)).toThrow(expect.objectContaining({ code: 'engine-refused' }) as Error);
  });
});

describe('protobuf', () => {
  it('reads back what it writes, longer than one byte of length too', () => {
    const long = 'é'.repeat(300);
    const message = readMessage(writeMessage({ 1: 'user', 2: long }));
    expect([textOf(message, 1), textOf(message, 2), textOf(message, 3)]).toEqual(['user', long, '']);
  });
});
