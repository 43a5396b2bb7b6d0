'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/**
 * The commands that have compiled code of their own; the others take that of `up`, which does most of what they do. A command
 * that loads what only another one needs starts milliseconds later.
 */
exports.COMMANDS = ['up', 'config', 'logs', 'ps', 'run'];
/** Without a command there is help, or the version. */
exports.NO_COMMAND = 'help';

/** Whose compiled code serves these arguments best. A wrong guess costs a few milliseconds and nothing else. */
exports.commandIn = (words) =>
  exports.COMMANDS.find((command) => words.includes(command)) ??
  (words.every((word) => word.startsWith('-')) ? exports.NO_COMMAND : 'up');

/** Where the compiled code of a source is kept. V8 compares only the length of the source, so the name has the build's id. */
exports.compiledFile = (filename, source, command) => `${filename}.${/^\/\/(\w+)/.exec(source)?.[1]}.${command}.v8`;

/**
 * Runs a CommonJS file that the build has put into the function that `require` would put it into (doing so here costs a copy), with
 * the code that V8 compiled when it was built, if that is there and of this very V8: otherwise V8 refuses it and compiles anew.
 * Answers the script, of which scripts/compile.mjs keeps what was compiled.
 */
exports.load = (filename, command) => {
  // The build writes plain ASCII, which needs no decoding.
  const source = readFileSync(filename, 'latin1');
  let cachedData;
  try {
    cachedData = readFileSync(exports.compiledFile(filename, source, command));
  } catch {
    // it starts all the same, a little later
  }
  const script = new Script(source, { filename, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(createRequire(filename), module, module.exports, filename, dirname(filename));
  return script;
};
