// Builds dist: the command line and the library as one file each, with the packages they need inside, and the library's types.
// Does nothing when nothing changed since; `--force` builds all the same.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replacedModules } from './replaced-modules.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const types = path.join(dist, 'types');
const stamp = path.join(dist, '.stamp');
const isForPackage = ['pack', 'publish'].includes(process.env.npm_command);

const files = await inputs();
const hash = await hashOf(files);
const unchanged =
  !isForPackage && !process.argv.includes('--force') && (await readFile(stamp, 'utf8').catch(() => '')) === hash;
if (!unchanged) {
  const done = await Promise.allSettled([bundleAll(), declareTypes()]);
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

/** dist/cli/main.cjs, dist/index.cjs, and whose work is in them. */
async function bundleAll() {
  const bundles = await Promise.all([bundleCommandLine(), bundleLibrary()]);
  await replace(
    path.join(dist, 'third-party.txt'),
    licensesOf(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
  );
}

function bundle(entry, options) {
  return build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(dist, 'out.cjs'),
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    // Names stay, because a stack trace is what a report of a bug consists of.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [replacedModules()],
    ...options,
  });
}

/**
 * One file, whose parts run when they are first imported. A CommonJS file starts sooner than an ESM one, can be given the code
 * that V8 has compiled of it (bin/tsfig.js), and is still whole for a tsfig that runs while it is replaced. It begins with what
 * tells it from every other one.
 */
async function bundleCommandLine() {
  const result = await bundle('src/cli/main.ts', {
    define: { 'import.meta.dirname': '__dirname' },
    banner: { js: '(function (require, module, exports, __filename, __dirname) {' },
    footer: { js: '})' },
  });
  const [{ text }] = result.outputFiles;
  const id = createHash('sha256').update(text).digest('hex').slice(0, 16);
  await replace(path.join(dist, 'cli/main.cjs'), `//${id}\n${text}`);
  return result;
}

/** CommonJS that names its exports in the way that Node's `import` understands: for both, on every Node. */
async function bundleLibrary() {
  const result = await bundle('src/index.ts', {});
  await replace(path.join(dist, 'index.cjs'), result.outputFiles[0].contents);
  return result;
}

/** The licenses of the packages that these files belong to. */
function licensesOf(files) {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const of = path.join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(path.join(of, 'package.json'), 'utf8'));
    const file = readdirSync(of).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(path.join(of, file), 'utf8').trim() : 'The package has no file with its text.';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `dist/cli/main.cjs and dist/index.cjs contain code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The types of the library. Types that do not fit fail the build, after everything has been written. */
async function declareTypes() {
  await removeOrphans();
  // As the library is: CommonJS.
  await replace(path.join(types, 'package.json'), '{ "type": "commonjs" }\n');
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
  if (!existsSync(types)) {
    // Without its output, what tsc remembers of the last build would make it write nothing.
    await rm(path.join(root, '.cache/build.tsbuildinfo'), { force: true });
    return;
  }
  const sources = new Set(files.filter((file) => file.startsWith('src/')).map((file) => file.slice(4)));
  for (const entry of await readdir(types, { recursive: true })) {
    const isDeclaration = entry.endsWith('.d.ts');
    if (isDeclaration && !sources.has(entry.replace('.d.ts', '.ts')))
      await rm(path.join(types, entry), { force: true });
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
