#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

/** What the build makes of src/cli: one file. */
const MAIN = path.join(__dirname, '../dist/cli/main.cjs');

/**
 * The commands that have compiled code of their own; the others take that of `up`, which does most of what they do. A command
 * that loads what only another one needs starts milliseconds later.
 */
const COMMANDS = ['up', 'config', 'logs', 'ps', 'run'];
/** Without a command there is help, or the version. */
const NO_COMMAND = 'help';

/** Whose compiled code serves these arguments best. A wrong guess costs a few milliseconds and nothing else. */
const commandIn = (words) =>
  COMMANDS.find((command) => words.includes(command)) ??
  (words.every((word) => word.startsWith('-')) ? NO_COMMAND : 'up');

/** Where the compiled code of a source is kept. V8 compares only the length of the source, so the name has the build's id. */
const compiledFile = (source, command) => `${MAIN}.${/^\/\/(\w+)/.exec(source)?.[1]}.${command}.v8`;

const readIfThere = (file, encoding) => {
  try {
    return readFileSync(file, encoding);
  } catch {
    return undefined;
  }
};

/** The build writes plain ASCII, which needs no decoding. */
const readMain = () => readIfThere(MAIN, 'latin1');

/**
 * Runs the command line, which the build has put into the function that `require` would put it into (doing so here costs a copy),
 * with the code that V8 compiled of it for this command, if that is there and of this very V8: otherwise V8 refuses it and compiles
 * anew, and it starts all the same, a little later. Answers the script, of which scripts/compile.mjs keeps what was compiled.
 */
const load = (source, command) => {
  const script = new Script(source, { filename: MAIN, cachedData: readIfThere(compiledFile(source, command)) });
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports, MAIN, path.dirname(MAIN));
  return script;
};

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};

const start = () => {
  if (Number.parseInt(process.versions.node, 10) < 20)
    return fail(`tsfig needs Node 20 or later; ${process.execPath} is ${process.version}.`);
  const source = readMain();
  if (source !== undefined) return load(source, commandIn(process.argv.slice(2)));
  return fail(
    'tsfig has not been built here yet: dist/cli/main.cjs is missing. Run "npm run build" (after "npm ci"), or bin/demo, which does both.',
  );
};

if (require.main === module) start();
module.exports = { COMMANDS, NO_COMMAND, compiledFile, load, readMain };
