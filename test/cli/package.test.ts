import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What `npm publish` would send, installed into an empty folder. The packages it needs are those of the lock file. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
let folder: string;
let app: string;
let packed: string[];

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

interface Package {
  readonly dependencies: object;
  readonly bin: object;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsfig-package-'));
  app = join(folder, 'app');
  mkdirSync(app);
  // Without scripts: the build has been done, and it must stay what it is while others use it.
  const told = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  const [{ filename, files }] = JSON.parse(told) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  const dependencies = { tsfig: `file:../${filename}` };
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package;
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const locked = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);
  const packages = {
    '': { name: 'app', dependencies },
    'node_modules/tsfig': {
      version,
      hasInstallScript: true,
      resolved: dependencies.tsfig,
      dependencies: own.dependencies,
      bin: own.bin,
    },
    ...Object.fromEntries(locked),
  };
  const manifest = { name: 'app', type: 'module', private: true, dependencies };
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(app, 'package-lock.json'), JSON.stringify({ name: 'app', lockfileVersion: 3, packages }));
  run('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], app);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what runs, the docs, and nothing else', () => {
    const others = packed.filter((path) => !/^dist\/.*\.(js|d\.ts)$|^docs\/.*\.md$/.test(path));
    const rest = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/package.json', 'bin/tsfig.js'];
    const scripts = ['scripts/compile.mjs', 'scripts/stand-in-engine.mjs'];
    expect(others.toSorted()).toEqual([...rest, 'dist/cli/main.cjs', 'package.json', ...scripts]);
    expect(packed).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  });

  it('has V8 compile it where it is installed, so that it starts sooner', () => {
    const tsfig = join(app, 'node_modules/tsfig');
    const compiled = (): string[] => readdirSync(join(tsfig, 'dist/cli')).filter((name) => name.endsWith('.v8'));
    expect(compiled()).toEqual([]);
    run('npm', ['rebuild', 'tsfig', '--foreground-scripts'], app);
    expect(
      compiled()
        .map((name) => name.split('.').at(-2))
        .toSorted(),
    ).toEqual(['config', 'help', 'logs', 'ps', 'run', 'up']);
  });

  it('gives a tsfig that works', () => {
    const tsfig = join(app, 'node_modules/.bin/tsfig');
    expect(run(tsfig, ['--version'], app)).toBe(`tsfig ${version}\n`);
    writeFileSync(join(app, 'fig.yml'), 'web: { image: busybox, links: [db] }\ndb: { image: busybox }\n');
    expect(run(tsfig, ['config', '--services'], app)).toBe('db\nweb\n');
    expect(run(tsfig, ['version'], app)).toMatch(/^tsfig .*\nNode .*\nDocker Engine /);
  });

  it('is a module with types', () => {
    writeFileSync(
      join(app, 'app.ts'),
      `import { config, connect, seconds, type Control, type PlanRequest } from 'tsfig';
const control: Control = { signal: AbortSignal.timeout(seconds(60)), force: AbortSignal.timeout(seconds(60)), emit: (event) => void event.kind };
const world = connect({ environment: process.env, directory: process.cwd(), version: '1' });
export const request: Pick<PlanRequest, 'waitLimit'> = { waitLimit: seconds(60) };
const result = await config(world, { file: null, projectName: 'shop' }, control);
process.stdout.write(result.ok ? Object.keys(result.value.services).join() : 'wrong');
`,
    );
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--outDir', 'out'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...flags, ...types, 'app.ts'], app);
    expect(run(process.execPath, ['out/app.js'], app)).toBe('db,web');
  });
});
