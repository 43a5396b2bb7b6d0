// An esbuild plugin: modules that some packages load at their start, and that most runs never need, or none, are replaced as a whole.
// What is loaded late comes from the same build: nothing is looked for in node_modules when tsfig runs.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const REPLACED = 'tsfig:replaced';

/** tsfig has its own: it builds by sessions of its own and reaches other machines through the `ssh` program. */
const absent = (what) => `module.exports = () => { throw new Error('${what} is not part of tsfig'); };`;
const loadedLate = (name, work) => `const load = () => require('${name}');\n${work}`;

/** What stands in the place of the module that is imported there under that name. Seen in dockerode 5.0.1, docker-modem 5.0.7, commander 14.0.3, fast-string-width 3.0.2. */
const REPLACEMENTS = [
  { importer: /\/docker-modem\/lib\/modem\.js$/, name: './ssh', text: absent('ssh2') },
  {
    // Two streams as one, which needs a copy of Node's streams. A connection that is switched is one stream already.
    importer: /\/docker-modem\/lib\/modem\.js$/,
    name: './http_duplex',
    text: loadedLate('./http_duplex', 'module.exports = function (...args) { return new (load())(...args); };'),
  },
  // Nobody reads what it would print, least of all the headers with passwords in them.
  { importer: /\/docker-modem\/lib\/modem\.js$/, name: 'debug', text: 'module.exports = () => () => {};' },
  // Only for the same: it inspects the options of every request, sockets and agents included, whether or not anyone reads it.
  { importer: /\/docker-modem\/lib\/modem\.js$/, name: 'util', text: "exports.inspect = () => '';" },
  {
    // With it come tls and crypto, which a local socket needs none of.
    importer: /\/docker-modem\/lib\/http\.js$/,
    name: 'https',
    text: loadedLate('https', 'exports.request = (...args) => load().request(...args);'),
  },
  { importer: /\/dockerode\/lib\/docker\.js$/, name: './session', text: absent('a session of dockerode') },
  { importer: /\/dockerode\/lib\/docker\.js$/, name: './buildkit', text: absent('the BuildKit log of dockerode') },
  { importer: /\/dockerode\/lib\/util\.js$/, name: '@balena/dockerignore', text: absent('@balena/dockerignore') },
  { importer: /\/dockerode\/lib\/util\.js$/, name: 'tar-fs', text: absent('tar-fs') },
  { importer: /\/dockerode\/lib\/util\.js$/, name: 'zlib', text: absent('the build context of dockerode') },
  // For commands that are programs of their own.
  { importer: /\/commander\/lib\/command\.js$/, name: 'node:child_process', text: absent('a command as a program') },
  {
    // Its patterns take more than a millisecond to parse, and most text is plain ASCII.
    importer: /\/fast-string-width\/dist\/index\.js$/,
    name: 'fast-string-truncated-width',
    text: loadedLate('fast-string-truncated-width', 'module.exports = (...args) => load().default(...args);'),
  },
];

export const replacedModules = () => ({
  name: 'replaced-modules',
  setup(build) {
    const read = new Set();
    const used = new Set();
    build.onResolve({ filter: /.*/ }, ({ path, importer, namespace, resolveDir }) => {
      if (namespace === REPLACED) return undefined; // what is loaded late is the real one
      const index = REPLACEMENTS.findIndex((one) => one.name === path && one.importer.test(importer));
      if (index < 0) return undefined;
      used.add(index);
      return { path: `${index}:${path}`, namespace: REPLACED, pluginData: resolveDir };
    });
    build.onLoad({ filter: /.*/, namespace: REPLACED }, ({ path, pluginData }) => ({
      contents: REPLACEMENTS[Number.parseInt(path, 10)].text,
      loader: 'js',
      resolveDir: pluginData,
    }));
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
      read.add(path);
      // Only ours keep the names that a stack trace tells: shorter ones are a millisecond less to read and compile.
      const { code } = await transform(await readFile(path, 'utf8'), { minifyIdentifiers: true, target: 'node20' });
      return { contents: code };
    });
    build.onEnd(() => {
      const gone = REPLACEMENTS.filter(
        ({ importer }, index) => !used.has(index) && [...read].some((path) => importer.test(path)),
      );
      return {
        errors: gone.map(({ importer, name }) => ({
          text: `${importer.source} does not import ${name} any more: see scripts/replaced-modules.mjs`,
        })),
      };
    });
  },
});
