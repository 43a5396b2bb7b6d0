// Builds dist: the command line as one file with V8's compiled code (start-up is a feature), the library as plain modules with types.
// Does nothing when nothing changed since; `--force` builds all the same.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyPackages } from './lazy-packages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const bundle = path.join(dist, 'cli/main.cjs');
const stamp = path.join(dist, '.stamp');
const library = path.join(root, 'src/index.ts');
const isForPackage = ['pack', 'publish'].includes(process.env.npm_command);

const files = await inputs();
const hash = await hashOf(files);
const unchanged =
  !isForPackage && !process.argv.includes('--force') && (await readFile(stamp, 'utf8').catch(() => '')) === hash;
if (!unchanged) {
  const done = await Promise.allSettled([bundleCommandLine(), compileLibrary()]);
  const failed = done.filter(({ status }) => status === 'rejected');
  for (const { reason } of failed) process.stderr.write(`${reason.message}\n`);
  if (failed.length > 0) process.exitCode = 1;
  else await replace(stamp, hash);
}

/** Everything that decides what dist holds. */
async function inputs() {
  const under = async (folder) =>
    (await readdir(path.join(root, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
  const single = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  return [
    ...(await under('src')),
    ...(await under('scripts')),
    ...single.filter((file) => existsSync(path.join(root, file))),
  ].sort();
}

async function hashOf(names) {
  const sum = createHash('sha256');
  for (const name of names) {
    const content = await readFile(path.join(root, name));
    sum.update(`${name}\0${content.length}\0`).update(content);
  }
  return sum.digest('hex');
}

/**
 * dist/cli/main.cjs: one file, whose parts run when they are first imported. A CommonJS file starts sooner than an ESM one, can
 * come with V8's compiled code beside it (bin/tsfig.js), and is still whole for a tsfig that runs while it is replaced.
 */
async function bundleCommandLine() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: bundle,
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    // Names stay, because a stack trace is what a report of a bug consists of.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'import.meta.dirname': '__dirname' },
    banner: {
      js: `//${hash.slice(0, 16)}\n(function (require, module, exports, __filename, __dirname) {`,
    },
    footer: { js: '})' },
    plugins: [lazyPackages()],
  });
  const older = (await readdir(path.dirname(bundle)).catch(() => [])).filter((name) => name.endsWith('.v8'));
  for (const file of outputFiles) await replace(file.path, file.contents);
  for (const name of older) await rm(path.join(path.dirname(bundle), name), { force: true });
  await compile();
}

/** Has this Node's V8 compile what commands run, and keep it beside the bundle. Without it all works, a little later. */
async function compile() {
  const child = spawn(process.execPath, [path.join(root, 'scripts/compile.mjs')], {
    stdio: 'ignore',
    timeout: 60_000,
  });
  await new Promise((resolve) => child.on('error', resolve).on('close', resolve));
}

/** dist/index.js, what it needs, and the types. Types that do not fit fail the build, after everything has been written. */
async function compileLibrary() {
  if (!existsSync(library)) return;
  await removeOrphans();
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.build.json'), '--pretty', 'false'], {
    cwd: root,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(output.trim() || `tsc ended with ${code}`);
}

/** Removes what was compiled from a source that is gone. tsc forgets that it ever wrote it. */
async function removeOrphans() {
  if (!existsSync(dist)) {
    // Without its output, what tsc remembers of the last build would make it write nothing.
    await rm(path.join(root, '.cache/build.tsbuildinfo'), { force: true });
    return;
  }
  const sources = new Set(
    files.filter((file) => file.startsWith('src/')).map((file) => file.slice(4).replace(/\.ts$/, '')),
  );
  for (const entry of await readdir(dist, { recursive: true })) {
    const source = entry.replace(/(\.d)?\.[jt]s$/, '');
    // The library has nothing of the command line.
    if (source === entry || (sources.has(source) && !entry.startsWith('cli'))) continue;
    await rm(path.join(dist, entry), { force: true });
  }
}

/** Writes beside and renames over, so that no reader ever sees half a file. */
async function replace(file, content) {
  await mkdir(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  await writeFile(beside, content);
  await chmod(beside, 0o644);
  await rename(beside, file);
}
