import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker } from '../../src/engine/docker/connect-docker.js';
import type { Engine } from '../../src/engine/engine.js';
import type { BuildSpec } from '../../src/model/container-spec.js';
import { hasCode, type TsfigError } from '../../src/model/errors.js';
import { specOf, TEST_LABEL, testName } from '../support/specs.js';

const signal = new AbortController().signal;

describe.each([
  ['the classic builder', '0'],
  ['BuildKit', '1'],
])('%s', (_title, buildkit) => {
  let engine: Engine;
  let context: string;
  let ref: string;

  beforeEach(async () => {
    engine = await connectDocker({ ...process.env, DOCKER_BUILDKIT: buildkit }, signal);
    context = await mkdtemp(path.join(tmpdir(), 'tsfig-test-build-'));
    ref = testName();
  });
  afterEach(async () => {
    await rm(context, { recursive: true });
    await engine.removeImage(ref, { signal }).catch((error: unknown) => {
      if (!hasCode(error, 'image-not-found')) throw error;
    });
  });

  const file = async (name: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(context, name)), { recursive: true });
    await writeFile(path.join(context, name), text);
  };
  const build = async (different: Partial<BuildSpec> = {}, own = signal): Promise<string[]> => {
    const spec: BuildSpec = {
      services: ['web'],
      context,
      remote: false,
      dockerfile: 'Dockerfile',
      args: {},
      target: null,
      refs: [ref],
      noCache: false,
      pull: false,
      labels: { [TEST_LABEL]: 'yes' },
      ...different,
    };
    const lines: string[] = [];
    for await (const output of engine.buildImage(spec, { signal: own })) {
      if (output.kind === 'text') lines.push(output.text);
    }
    return lines;
  };
  const failureOf = async (work: Promise<unknown>): Promise<TsfigError> =>
    await work.then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error as TsfigError,
    );
  /** What a command writes in a container of the image built. */
  const inImage = async (...command: string[]): Promise<string> => {
    const id = await engine.createContainer(specOf(testName(), ref, { image: ref, command }), { signal });
    const { output } = await engine.attach(id, { tty: false, stdin: false, signal });
    await engine.startContainer(id, { signal });
    let text = '';
    for await (const { bytes } of output) text += Buffer.from(bytes).toString();
    await engine.removeContainer(id, true, { signal });
    return text;
  };

  it('builds and names an image, and tells each step and its output', async () => {
    await file(
      'Dockerfile',
      'FROM busybox\nARG WORD=none\nRUN echo "word is $WORD"\nENV A=b\nEXPOSE 80\nVOLUME /data\n',
    );
    const lines = await build({ args: { WORD: 'two words' }, noCache: true });
    const step = 'RUN echo "word is';
    expect(lines.filter((line) => line.includes(step) && !line.includes('ERROR'))).toHaveLength(1);
    expect(lines.filter((line) => line.endsWith('word is two words'))).toHaveLength(1);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
    const image = await engine.inspectImage(ref, { signal });
    expect(image.environment).toContain('A=b');
    expect(image).toMatchObject({ exposed: [{ port: 80, protocol: 'tcp' }], volumes: ['/data'] });
  });

  it('names the service, the step that failed, its exit code and its last lines', async () => {
    await file('Dockerfile', 'FROM busybox\nRUN echo before\nRUN echo the reason; exit 7\n');
    const error = await failureOf(build());
    expect(error.code).toBe('build-failed');
    expect(error.message).toBe(
      'cannot build web: "RUN echo the reason; exit 7" ended with code 7; its last lines:\n  the reason',
    );
  });

  it('says what is wrong with a Dockerfile and with a base image', async () => {
    await file('Dockerfile', 'FROM busybox\nRUNN true\n');
    const typo = await failureOf(build());
    expect(typo).toMatchObject({ code: 'build-failed' });
    expect(typo.message).toMatch(/^cannot build web: .*unknown instruction: RUNN/is);
    await file('Dockerfile', 'FROM 127.0.0.1:1/tsfig/no-such\n');
    expect(await failureOf(build())).toMatchObject({ code: 'build-failed' });
  });

  it('leaves out what .dockerignore names, except the exceptions', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('.dockerignore', '# comment\n*.log\ndeep\n!deep/kept.txt\n**/tmp\nDockerfile\n');
    for (const name of ['a.txt', 'b.log', 'deep/kept.txt', 'deep/lost.txt', 'x/tmp/y', 'x/z']) await file(name, '1');
    await build();
    const found = (await inImage('find', '/app', '-type', 'f')).trim().split('\n').sort();
    expect(found).toEqual(['/app/.dockerignore', '/app/a.txt', '/app/deep/kept.txt', '/app/x/z']);
  });

  it('build: an ignored Dockerfile and .dockerignore are not in the image, and a comment keeps the cache of COPY', async () => {
    await file('.dockerignore', 'Dockerfile\n.dockerignore\n');
    await file('a.txt', '1');
    await file('Dockerfile', `FROM busybox\nCOPY . /app\nRUN echo ${ref}\n`);
    await build();
    expect((await inImage('ls', '-A', '/app')).trim()).toBe('a.txt');
    const before = (await engine.inspectImage(ref, { signal })).id;
    await file('Dockerfile', `# Nothing is built otherwise.\nFROM busybox\nCOPY . /app\nRUN echo ${ref}\n`);
    await build();
    expect((await engine.inspectImage(ref, { signal })).id).toBe(before);
  });

  it('build: a Dockerfile that is not ignored is in the image, as the docker command has it', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\nCOPY .dockerignore /ignore\n');
    await file('.dockerignore', 'x\n');
    await build();
    expect((await inImage('ls', '-A', '/app')).trim().split('\n')).toEqual(['.dockerignore', 'Dockerfile']);
    expect(await inImage('cat', '/ignore', '/app/.dockerignore')).toBe('x\nx\n');
  });

  it.each(['relative', 'absolute'])('build: a Dockerfile outside of the context (%s path) is used', async (kind) => {
    const outside = await mkdtemp(path.join(tmpdir(), 'tsfig-test-dockerfile-'));
    const other = path.join(outside, 'web.Dockerfile');
    await writeFile(other, 'FROM busybox\nCOPY . /app\n');
    await writeFile(`${other}.dockerignore`, 'b.txt\n');
    await file('a.txt', '1');
    await file('b.txt', '1');
    await build({ dockerfile: kind === 'relative' ? path.relative(context, other) : other });
    await rm(outside, { recursive: true });
    expect((await inImage('ls', '-A', '/app')).trim()).toBe('a.txt');
  });

  it('build: a Dockerfile that is a link to a file outside of the context is read', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'tsfig-test-dockerfile-'));
    await writeFile(path.join(outside, 'shared'), 'FROM busybox\nENV FROM_LINK=yes\n');
    await symlink(path.join(outside, 'shared'), path.join(context, 'Dockerfile'));
    await build();
    await rm(outside, { recursive: true });
    expect((await engine.inspectImage(ref, { signal })).environment).toContain('FROM_LINK=yes');
  });

  it('build: names that are not UTF-8, long names and long targets of links arrive byte for byte', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    const [long, target] = ['n'.repeat(200), 't'.repeat(200)];
    const bytes = Buffer.concat([Buffer.from(`${context}/d-`), Buffer.from([0xff, 0xe9]), Buffer.from('.txt')]);
    await writeFile(bytes, 'bytes');
    await file(`${long}/${long}`, 'long');
    await symlink(target, path.join(context, 'link'));
    await build();
    expect(await inImage('sh', '-c', `cat /app/d-$(printf '\\377\\351').txt /app/n*/n*; readlink /app/link`)).toBe(
      `byteslong${target}\n`,
    );
  });

  it('build: what changes between two builds arrives, and what was removed is gone', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('.dockerignore', 'Dockerfile\n.dockerignore\n');
    await file('changed', 'one');
    await file('removed', '1');
    await file('old', 'one');
    const past = new Date(1_000_000_000_000);
    await utimes(path.join(context, 'old'), past, past);
    await build();
    await file('changed', 'two');
    await rm(path.join(context, 'removed'));
    await file('old', 'two');
    await utimes(path.join(context, 'old'), past, past);
    await build();
    expect(await inImage('sh', '-c', 'cd /app; echo *; cat *')).toBe('changed old\ntwotwo');
  });

  it('build: big files and many files arrive whole', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('.dockerignore', 'Dockerfile\n.dockerignore\n');
    await writeFile(path.join(context, 'big'), Buffer.alloc(3_000_001, 'abcdefg'));
    for (let number = 0; number < 2000; number += 1) await file(`many/${number % 7}/${number}`, `${number}\n`);
    await file('empty', '');
    await build();
    const digest = createHash('sha256').update(Buffer.alloc(3_000_001, 'abcdefg')).digest('hex');
    const script = 'sha256sum < /app/big; cat /app/many/*/* | sort -n | tail -1; find /app -type f | wc -l';
    expect((await inImage('sh', '-c', script)).replaceAll(/ +-?/g, '')).toBe(`${digest}\n1999\n2002\n`);
  });

  it('takes another Dockerfile, whose own ignore file wins', async () => {
    await file('docker/web.Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('docker/web.Dockerfile.dockerignore', 'b.txt\n');
    await file('.dockerignore', 'a.txt\n');
    await file('a.txt', '1');
    await file('b.txt', '1');
    await build({ dockerfile: 'docker/web.Dockerfile' });
    const found = await inImage('ls', '/app');
    expect(found).toContain('a.txt');
    expect(found).not.toContain('b.txt');
  });

  it('keeps modes and links, and owns every file as root', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('run.sh', '#!/bin/sh\n');
    await chmod(path.join(context, 'run.sh'), 0o777);
    await symlink('run.sh', path.join(context, 'link'));
    await build();
    const listed = await inImage('ls', '-ln', '/app');
    expect(listed).toMatch(/^-rwxrwxrwx\s+1 0\s+0 .*run\.sh$/m);
    expect(listed).toMatch(/link -> run\.sh$/m);
  });

  it('stops at the target and puts the labels on', async () => {
    await file('Dockerfile', 'FROM busybox AS one\nENV STAGE=one\nFROM busybox AS two\nENV STAGE=two\n');
    await build({ target: 'one' });
    expect((await engine.inspectImage(ref, { signal })).environment).toContain('STAGE=one');
  });

  it('takes unchanged steps from the cache, and none when told so', async () => {
    await file('Dockerfile', `FROM busybox\nRUN echo ${ref}\n`);
    const ran = (lines: readonly string[]): boolean =>
      lines.some(
        (line) =>
          / ?\d* ?/.test(line) &&
          line.endsWith(ref) &&
          !line.includes('RUN') &&
          !line.includes('naming') &&
          !line.includes('tagged'),
      );
    expect(ran(await build())).toBe(true);
    expect(ran(await build())).toBe(false);
    expect(ran(await build({ noCache: true }))).toBe(true);
  });

  it('says what is wrong with a context before the engine is asked', async () => {
    expect((await failureOf(build())).message).toBe(`cannot build web: there is no Dockerfile in ${context}`);
    const nowhere = path.join(context, 'nowhere');
    expect((await failureOf(build({ context: nowhere }))).message).toBe(
      `cannot build web: there is no directory ${nowhere}`,
    );
    const outside = await failureOf(build({ dockerfile: '../no-such/Dockerfile' }));
    const where = path.join(context, '../no-such/Dockerfile');
    expect(outside.message).toBe(`cannot build web: there is no Dockerfile ${where}`);
  });

  it('build: pipes, sockets and devices of the context are left out', async () => {
    await file('Dockerfile', 'FROM busybox\nCOPY . /app\n');
    await file('a.txt', '1');
    execFileSync('mkfifo', [path.join(context, 'pipe')]);
    await build();
    expect((await inImage('ls', '-A', '/app')).trim().split('\n')).toEqual(['Dockerfile', 'a.txt']);
  });

  it('stops when the signal aborts', async () => {
    await file('Dockerfile', `FROM busybox\nRUN echo ${ref} && sleep 1000\n`);
    const own = new AbortController();
    const reason = new Error('enough');
    const spec = {
      services: ['web'],
      context,
      remote: false,
      dockerfile: 'Dockerfile',
      args: {},
      target: null,
      refs: [ref],
    };
    const output = engine.buildImage({ ...spec, noCache: false, pull: false, labels: {} }, { signal: own.signal });
    const reading = (async () => {
      for await (const one of output)
        if (one.kind === 'text' && /(^|\s)tsfig-test-\w+$/.test(one.text)) own.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await expect(engine.inspectImage(ref, { signal })).rejects.toMatchObject({ code: 'image-not-found' });
  });

  it.runIf(buildkit === '1')('mounts a cache that outlives the build', async () => {
    // The commands name the image, because 28.5 takes a step that differs in the id of its mount only from its cache.
    const run = `RUN --mount=type=cache,target=/c,id=${ref} : ${ref};`;
    await file('Dockerfile', `FROM busybox\n${run} echo kept > /c/file\n`);
    await build();
    await file('Dockerfile', `FROM busybox\n${run} cat /c/file\n`);
    expect((await build()).some((line) => / kept$/.test(line))).toBe(true);
  });
});
