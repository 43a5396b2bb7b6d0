// Builds dist: the command line as one bundle with lazy chunks (start-up is a feature), the library as plain modules with types.
// Does nothing when nothing changed since; `--force` builds all the same.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyPackages } from './lazy-packages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const chunks = path.join(dist, 'chunks');
const stamp = path.join(dist, '.stamp');
const library = path.join(root, 'src/index.ts');
/** A tsfig that runs while its dist is rebuilt may still ask for a chunk of before: those stay for a while, but not in a package. */
const isForPackage = ['pack', 'publish'].includes(process.env.npm_command);
const STALE_CHUNK_MS = isForPackage ? 0 : 600_000;

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

/** dist/cli/main.js and what it imports, statically or later, in dist/chunks. */
async function bundleCommandLine() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { 'cli/main': 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay, because a stack trace is what a report of a bug consists of.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    // What a CommonJS package requires at run time needs a require of its own in an ESM file.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [lazyPackages()],
  });
  await mkdir(chunks, { recursive: true });
  // The entry last: whoever starts in the middle finds either all of the old or all of the new.
  const entryLast = outputFiles.toSorted(
    (a, b) => Number(a.path.includes('/cli/main')) - Number(b.path.includes('/cli/main')),
  );
  for (const file of entryLast) await replace(file.path, file.contents);
  await removeStale(new Set(outputFiles.map((file) => file.path)));
}

async function removeStale(current) {
  for (const name of await readdir(chunks)) {
    const file = path.join(chunks, name);
    if (current.has(file)) continue;
    if (Date.now() - (await stat(file)).mtimeMs >= STALE_CHUNK_MS) await rm(file, { force: true });
  }
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
    if (source === entry || entry.startsWith('chunks') || sources.has(source)) continue;
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
