import { describe, expect, it } from 'vitest';
import type { OutputOptions } from '../../../src/cli/output.js';
import { TsfigError } from '../../../src/model/errors.js';
import { runInMemory } from '../../support/memory-command.js';
import { MemoryWorld } from '../../support/memory-world.js';

/** In every place of a file where people put secrets. */
const CANARY = 'c4nary-in-the-mine';
const FILE = `
db:
  image: x
  command: ["sleep", "${CANARY}"]
  environment: { PASSWORD: "${CANARY}" }
  expose: ["5432"]
web:
  build:
    context: "https://me:${CANARY}@example.com/x.git"
    args: { TOKEN: "${CANARY}" }
  command: ["sleep", "${CANARY}"]
  environment: { URL: "postgres://me:${CANARY}@db/" }
  labels: { team: "${CANARY}" }
  log_opt: { splunk-token: "${CANARY}" }
  healthcheck: { test: ["CMD", "${CANARY}"] }
  links: [db]
old:
  image: x
  entrypoint: ["sleep"]
  command: "${CANARY}"
`;
const MODES: readonly OutputOptions['mode'][] = ['plain', 'tty', 'json', 'quiet'];

function world(): MemoryWorld {
  const made = new MemoryWorld(FILE);
  made.engine.addImage('x', { environment: [`OF_IMAGE=${CANARY}`] });
  return made;
}

async function expectSilence(
  here: MemoryWorld,
  words: readonly string[],
  mode: OutputOptions['mode'],
): Promise<string> {
  const { stdout, stderr } = await runInMemory(here, words, mode);
  expect(`${stdout}${stderr}`).not.toContain(CANARY);
  return `${stdout}${stderr}`;
}

describe.each(MODES)('a canary in a file, progress %s', (mode) => {
  it('canary: is in no plan, no event and no line of any command', async () => {
    const here = world();
    await expectSilence(here, ['plan'], mode);
    const plan = await expectSilence(here, ['plan', '--format', 'json'], mode);
    expect(plan).toContain('"PASSWORD=…"');
    expect(plan).toContain('https://…@example.com/x.git');
    await expectSilence(here, ['build'], mode);
    await expectSilence(here, ['up', '-d'], mode);
    expect([...here.engine.containers.values()].map(({ spec }) => spec.environment.join())).toContain(
      `PASSWORD=${CANARY}`,
    );
    here.file = FILE.replaceAll('PASSWORD', 'PASSPHRASE');
    await expectSilence(here, ['plan', '--format', 'json'], mode);
    for (const words of [['up', '-d'], ['ready', '--wait-timeout', '0'], ['stop'], ['start'], ['rm', '-fs']]) {
      await expectSilence(here, words, mode);
    }
    await expectSilence(here, ['down', '--rmi', 'all'], mode);
  });

  it.each(['createContainer', 'buildImage'] as const)(
    'canary: an engine that refuses %s and quotes what it was given does not tell it',
    async (method) => {
      const here = world();
      const quote = `cannot: invalid value "${CANARY}" (TOKEN=${CANARY}, https://me:${CANARY}@example.com/x.git)`;
      here.engine.failNext(method, new TsfigError('engine-refused', quote, { hint: CANARY, cause: new Error(quote) }));
      expect(await expectSilence(here, ['up', '-d'], mode)).toContain('invalid value');
    },
  );

  it('canary: ps shows commands as docker ps does, and config what the file has, and nothing more', async () => {
    const here = world();
    await runInMemory(here, ['up', '-d'], mode);
    const { stdout } = await runInMemory(here, ['ps', '--format', 'json'], mode);
    const rows = JSON.parse(stdout) as { command: string }[];
    expect(JSON.stringify(rows.map((row) => ({ ...row, command: '' })))).not.toContain(CANARY);
    expect((await runInMemory(here, ['config'], mode)).stdout).toContain(CANARY);
  });
});
