import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { blocksOf } from '../support/pages.js';

/** What `npm publish` would send, installed into an empty folder. Nothing of it is downloaded: it needs no other package. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
let folder: string;
let app: string;
let tarball: string;
let packed: string[];

/** What it prints; the failure of one that fails tells that as well. */
function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** A project with tsfig in its node_modules. */
function install(name: string, ...flags: readonly string[]): string {
  const into = join(folder, name);
  mkdirSync(into);
  writeFileSync(join(into, 'package.json'), JSON.stringify({ name, private: true }));
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...flags, tarball], into);
  return into;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsfig-package-'));
  // Without scripts: the build has been done, and it must stay what it is while others use it.
  const told = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  const [{ filename, files }] = JSON.parse(told) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  tarball = join(folder, filename);
  app = install('app');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what runs, the docs, and nothing else', () => {
    const others = packed.filter(
      (path) => !/^dist\/types\/.*\.d\.ts$|^docs\/.*\.md$|^docs\/pictures\/.*\.svg$/.test(path),
    );
    expect(others.toSorted()).toEqual([
      ...['CHANGELOG.md', 'LICENSE', 'README.md'],
      ...['bin/keep-compiled.js', 'bin/package.json', 'bin/tsfig.js'],
      ...['dist/cli/main.cjs', 'dist/index.cjs', 'dist/third-party.txt', 'dist/types/package.json', 'package.json'],
    ]);
    expect(packed).toEqual(expect.arrayContaining(['dist/types/index.d.ts', 'docs/api.md']));
  });

  it('has no install script, brings no other package, and is the same with --ignore-scripts', () => {
    const installed = JSON.parse(readFileSync(join(app, 'node_modules/tsfig/package.json'), 'utf8')) as {
      readonly scripts: object;
      readonly dependencies?: object;
    };
    expect(Object.keys(installed.scripts).filter((name) => /install/.test(name))).toEqual([]);
    expect(installed.dependencies).toBeUndefined();
    const filesIn = (where: string): string[] =>
      readdirSync(join(where, 'node_modules'), { recursive: true, encoding: 'utf8' })
        .filter((path) => !path.startsWith('.'))
        .toSorted();
    expect(filesIn(app).filter((path) => !path.includes('/'))).toEqual(['tsfig']);
    expect(filesIn(install('without', '--ignore-scripts'))).toEqual(filesIn(app));
  });

  it('tells whose code is in it', () => {
    const text = readFileSync(join(app, 'node_modules/tsfig/dist/third-party.txt'), 'utf8');
    for (const name of ['dockerode', 'yaml', 'commander']) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('gives a tsfig that works', () => {
    const tsfig = join(app, 'node_modules/.bin/tsfig');
    expect(run(tsfig, ['--version'], app)).toBe(`tsfig ${version}\n`);
    writeFileSync(join(app, 'fig.yml'), 'web: { image: busybox, links: [db] }\ndb: { image: busybox }\n');
    expect(run(tsfig, ['config', '--services'], app)).toBe('db\nweb\n');
    expect(run(tsfig, ['version'], app)).toMatch(/^tsfig .*\nNode .*\nDocker Engine /);
  });
});

describe('the library', () => {
  let scenario: Scenario;
  beforeEach(() => {
    scenario = new Scenario();
  });
  afterEach(() => scenario.clean());

  const USE = `
const world = tsfig.connect({ environment: process.env, directory: process.cwd(), version: '1' });
const { signal } = new AbortController();
const control: tsfig.Control = { signal, force: signal, emit: () => undefined };
void tsfig.check(world, { file: null, projectName: null }, control).then((result) => {
  process.stdout.write(String(result.ok && tsfig.once instanceof Function && new tsfig.TsfigError('bad-usage', 'x').code));
});
`;
  const [example] = blocksOf('docs/api.md').filter(({ language }) => language === 'ts');
  const sources = {
    'example.mts': example?.text ?? '',
    'by-import.mts': `import * as tsfig from 'tsfig';\n${USE}`,
    'by-require.cts': `import tsfig = require('tsfig');\n${USE}`,
  };

  beforeAll(() => {
    for (const [file, text] of Object.entries(sources)) writeFileSync(join(app, file), text);
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--outDir', 'out'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, ...flags, ...types, ...Object.keys(sources)], app);
  });

  /** What a compiled file prints, as the scenario's project. */
  function use(file: string): string {
    writeFileSync(
      join(app, 'fig.yml'),
      'web: { image: busybox, net: none, command: sleep 300, stop_signal: SIGKILL }\n',
    );
    return run(process.execPath, [join('out', file)], app, { ...process.env, TSFIG_PROJECT_NAME: scenario.project });
  }

  it('is used as docs/api.md says', async () => {
    expect(use('example.mjs')).toMatch(/'create-container', 'start-container'[^]*\ntrue\n$/);
    expect(await scenario.states()).toEqual(['web_1: running']);
  });

  it.each(['by-import.mjs', 'by-require.cjs'])('is there, with its types, %s', (file) => {
    expect(use(file)).toBe('bad-usage');
  });
});

describe('a clone', () => {
  it('takes npm ci --omit=dev, which installs nothing to build with', () => {
    const clone = join(folder, 'clone');
    mkdirSync(clone);
    for (const name of [
      'package.json',
      'package-lock.json',
      'scripts',
      'src',
      'tsconfig.json',
      'tsconfig.build.json',
    ]) {
      cpSync(join(root, name), join(clone, name), { recursive: true });
    }
    run('npm', ['ci', '--omit=dev', '--offline', '--no-audit', '--no-fund'], clone);
    expect(readdirSync(clone)).not.toContain('dist');
  });
});
