'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/** Where the compiled code of a source is kept. V8 compares only the length of the source, so the name has the build's id. */
exports.compiledFile = (filename, source) => `${filename}.${/^\/\/(\w+)/.exec(source)?.[1]}.v8`;

/**
 * Runs a CommonJS file as `require` would, with the code that V8 compiled when it was built, if that is there and of this very V8:
 * otherwise V8 refuses it and compiles anew. Answers the script, of which scripts/compile.mjs keeps what was compiled.
 */
exports.load = (filename) => {
  const source = readFileSync(filename, 'utf8');
  let cachedData;
  try {
    cachedData = readFileSync(exports.compiledFile(filename, source));
  } catch {
    // it starts all the same, a little later
  }
  const script = new Script(`(function (require, module, exports, __filename, __dirname) {${source}\n})`, {
    filename,
    cachedData,
  });
  const module = { exports: {} };
  script.runInThisContext()(createRequire(filename), module, module.exports, filename, dirname(filename));
  return script;
};
