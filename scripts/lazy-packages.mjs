// An esbuild plugin: packages without what most runs never need. ssh2, grpc and protobufjs, which dockerode loads for ssh:// and for
// BuildKit, cost more time than everything else together; here each is taken from node_modules, beside its .proto files and native
// parts, when first used.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const LAZY = 'tsfig:lazy';

/** From the bundle to dockerode, and from there to its own dependencies, wherever npm has put those. */
const LAZY_SOURCE = `
import { createRequire } from 'node:module';
const ofDockerode = () => createRequire(createRequire(__filename).resolve('dockerode'));
export const fromDockerode = (name) => ofDockerode()(name);
export const fromModem = (name) => createRequire(ofDockerode().resolve('docker-modem'))(name);
`;

const callLater = (from, name) => `(...args) => require('${LAZY}').${from}('${name}')(...args)`;

/** What to write instead, file by file. Seen in dockerode 5.0.1, docker-modem 5.0.7, commander 14.0.3, fast-string-width 3.0.2; a text that is gone fails the build. */
const EDITS = [
  {
    file: /\/docker-modem\/lib\/modem\.js$/,
    replace: [
      ["ssh = require('./ssh')", `ssh = ${callLater('fromModem', './ssh')}`],
      // Two streams as one, which needs a copy of Node's streams. A connection that is switched is one stream already.
      ["= require('./http_duplex')", '= function (...args) { return new (require("./http_duplex"))(...args) }'],
      // Nobody reads what it would print unless DEBUG says so.
      [
        "= require('debug')('modem')",
        '= process.env.DEBUG ? require("debug")("modem") : Object.assign(() => {}, { enabled: false })',
      ],
      // Inspects the options of every request, sockets and agents included, whether or not anyone reads it.
      ["debug('Sending: %s'", "if (debug.enabled) debug('Sending: %s'"],
    ],
  },
  {
    // With it come tls and crypto, which a local socket needs none of.
    file: /\/docker-modem\/lib\/http\.js$/,
    replace: [
      ["nativeHttps = require('https'),", ''],
      ['https: nativeHttps,', "https: { request: (...args) => require('https').request(...args) },"],
    ],
  },
  {
    file: /\/commander\/lib\/command\.js$/,
    replace: [
      ["= require('node:child_process')", "= { spawn: (...args) => require('node:child_process').spawn(...args) }"],
    ],
  },
  {
    // Its patterns take more than a millisecond to parse, and most text is plain ASCII.
    file: /\/fast-string-width\/dist\/index\.js$/,
    replace: [
      [
        "import fastStringTruncatedWidth from 'fast-string-truncated-width';",
        "const fastStringTruncatedWidth = (...args) => require('fast-string-truncated-width').default(...args);",
      ],
    ],
  },
  {
    file: /\/dockerode\/lib\/docker\.js$/,
    replace: [
      ["withSession = require('./session')", `withSession = ${callLater('fromDockerode', './session')}`],
      ["require('./buildkit')", `require('${LAZY}').fromDockerode('./buildkit')`],
    ],
  },
  {
    file: /\/dockerode\/lib\/util\.js$/,
    replace: [
      ["require('zlib')", "{ createGzip: () => require('zlib').createGzip() }"],
      ["require('@balena/dockerignore')", callLater('fromDockerode', '@balena/dockerignore')],
      ["require('tar-fs')", `{ pack: (...args) => require('${LAZY}').fromDockerode('tar-fs').pack(...args) }`],
    ],
  },
];

export const lazyPackages = () => ({
  name: 'lazy-packages',
  setup(build) {
    build.onResolve({ filter: /^tsfig:lazy$/ }, () => ({ path: LAZY, namespace: LAZY }));
    build.onLoad({ filter: /.*/, namespace: LAZY }, () => ({ contents: LAZY_SOURCE, loader: 'js' }));
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
      const replace = EDITS.flatMap((edit) => (edit.file.test(path) ? edit.replace : []));
      const text = edited(path, await readFile(path, 'utf8'), replace);
      // Only ours keep the names that a stack trace tells: shorter ones are a millisecond less to read and compile.
      const { code } = await transform(text, { minifyIdentifiers: true, target: 'node20' });
      return { contents: code };
    });
  },
});

function edited(path, source, replace) {
  return replace.reduce((text, [was, becomes]) => {
    if (text.split(was).length !== 2)
      throw new Error(`${path}: ${was} does not stand there exactly once; look at scripts/lazy-packages.mjs`);
    return text.replace(was, () => becomes);
  }, source);
}
