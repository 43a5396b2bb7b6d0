import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hidingSecrets } from '../../../src/apply/hide-secrets.js';
import { TsfigError } from '../../../src/model/errors.js';
import { LABEL } from '../../../src/model/names.js';
import { openBuild, openContainer, sealBuild, sealContainer, secretsOfContainer } from '../../../src/model/sealed.js';
import { Secret } from '../../../src/model/secret.js';
import { fingerprint } from '../../../src/plan/fingerprint.js';
import { specOf } from '../../support/specs.js';

const CANARY = 's3cret/+value';
const SPEC = specOf('shop_web_1', 'shop', {
  command: ['run', CANARY],
  entrypoint: ['start', CANARY],
  environment: [`PASSWORD=${CANARY}`, 'BARE', 'EMPTY='],
  labels: { team: CANARY, [LABEL.image]: CANARY, [LABEL.fields]: CANARY, [LABEL.service]: 'web' },
  logOpt: { token: CANARY },
  healthcheck: {
    test: ['CMD', CANARY],
    ...{ interval: null, timeout: null, startPeriod: null, startInterval: null, retries: 3 },
  },
});
const BUILD = {
  ...{ services: ['web'], context: `https://me:${CANARY.replace('/', '')}@host/x.git#main`, remote: true },
  ...{ dockerfile: 'Dockerfile', args: { TOKEN: CANARY }, target: null, refs: ['shop_web'], noCache: false },
  ...{ pull: false, labels: {} },
};

describe('a secret', () => {
  it('secret: prints as its redaction in every way that there is', () => {
    const secret = new Secret(CANARY, { before: 'PASSWORD=' });
    const holder = { secret, list: [secret] };
    const printed = [String(secret), secret.toString(), JSON.stringify(holder), inspect(holder, { depth: 9 })];
    printed.push(
      inspect(secret, { showHidden: true, customInspect: false }),
      JSON.stringify(Object.assign({}, secret)),
    );
    printed.push(JSON.stringify(structuredClone(Object.assign({}, secret))));
    for (const text of printed) expect(text).not.toContain(CANARY);
    expect(String(secret)).toBe('PASSWORD=…');
    expect(secret.reveal()).toBe(`PASSWORD=${CANARY}`);
  });

  it('secret: is taken out of text of others where it stands as a word', () => {
    const secret = new Secret('a+b(c');
    expect(secret.hideIn('bad value "a+b(c" in A=a+b(c, not xa+b(c')).toBe('bad value "…" in A=…, not xa+b(c');
    expect(new Secret('web').hideIn('cannot create web: web')).toBe('cannot create web: web');
    expect(new Secret('').hideIn('cannot')).toBe('cannot');
  });
});

describe('a sealed container and build', () => {
  it('secret: no place of a container or a build prints one, and names stay', () => {
    for (const sealed of [sealContainer(SPEC), sealBuild(BUILD)]) {
      expect(JSON.stringify(sealed)).not.toContain('s3cret');
      expect(inspect(sealed, { depth: 9 })).not.toContain('s3cret');
    }
    expect(JSON.parse(JSON.stringify(sealContainer(SPEC)))).toMatchObject({
      command: ['…', '…'],
      entrypoint: ['…', '…'],
      environment: ['PASSWORD=…', 'BARE', 'EMPTY=…'],
      labels: { team: '…', [LABEL.image]: '…', [LABEL.fields]: '…', [LABEL.service]: 'web' },
      logOpt: { token: '…' },
      healthcheck: { test: ['…', '…'], retries: 3 },
    });
    expect(JSON.parse(JSON.stringify(sealBuild(BUILD)))).toMatchObject({
      context: 'https://…@host/x.git#main',
      args: { TOKEN: '…' },
    });
  });

  it('secret: the engine gets every value as it was, and nothing is added', () => {
    expect(openContainer(sealContainer(SPEC))).toStrictEqual(SPEC);
    expect(openBuild(sealBuild(BUILD))).toStrictEqual(BUILD);
    const plain = specOf('a', 'shop', { command: null, entrypoint: [] });
    expect(openContainer(sealContainer(plain))).toStrictEqual(plain);
  });

  it('secret: sealing changes no fingerprint', () => {
    const { hash, fields } = fingerprint(openContainer(sealContainer(SPEC)), 'sha256:1');
    expect(hash).toBe(fingerprint(SPEC, 'sha256:1').hash);
    expect(fields()).toEqual(fingerprint(SPEC, 'sha256:1').fields());
  });

  it('secret: a refusal of the engine that quotes one says … instead, and has no cause that tells it', async () => {
    const quoting = new TsfigError('engine-refused', `cannot create shop_web_1: invalid value "${CANARY}"`, {
      hint: `not ${CANARY}`,
      cause: new Error(CANARY),
    });
    const error: unknown = await hidingSecrets(secretsOfContainer(sealContainer(SPEC)), Promise.reject(quoting)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'engine-refused', message: 'cannot create shop_web_1: invalid value "…"' });
    expect(inspect(error)).not.toContain(CANARY);
    const other = new TsfigError('engine-refused', 'cannot create shop_web_1: no space');
    await expect(hidingSecrets(secretsOfContainer(sealContainer(SPEC)), Promise.reject(other))).rejects.toBe(other);
  });
});
