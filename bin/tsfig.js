#!/bin/sh
':' //; for word do shift; case $word in [-+]*) word=+$word;; esac; set -- "$@" "$word"; done; exec node -- "$0" + "$@"
'use strict';
// The line above is for /bin/sh, and nothing to Node. Node reads options of its own anywhere in its command line (--env-file in Node
// 20, --experimental-config-file even behind "--" in Node 22 and 24), so words of the user that could be one arrive with a + before
// them, and a lone + first says so.
const { readFileSync, statSync } = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');
const { Script } = require('node:vm');

/** What the build makes of src/cli: one file. */
const MAIN = path.join(__dirname, '../dist/cli/main.cjs');

/** The options before the command that take a value. */
const WITH_VALUE = ['-f', '--file', '-p', '--project-name', '--parallel', '--progress'];

/** After so long, in milliseconds, a command that goes on has done what it does at its start. */
const EARLY = 3000;

const ownWords = ([first, ...rest]) => (first === '+' ? rest.map((word) => word.replace(/^\+/, '')) : undefined);

/** The name of what there is without a command: the version, and help. */
const NONE = 'none';

/** Which command's compiled code serves these words. A wrong guess costs some milliseconds. */
const commandIn = (words) => {
  const command = words.find((word, at) => !word.startsWith('-') && !WITH_VALUE.includes(words[at - 1]));
  return command !== undefined && command !== 'help' && /^[a-z]{1,20}$/.test(command) ? command : NONE;
};

/** Help loads too little of a command to be of use to those that follow. */
const isKeptFor = (command, words) =>
  command === NONE
    ? words.length === 1 && ['-v', '--version'].includes(words[0])
    : !words.includes('--help') && !words.includes('-h');

const readIfThere = (file, encoding) => {
  try {
    return readFileSync(file, encoding);
  } catch {
    return undefined;
  }
};

/**
 * Where the user keeps what can be made again; undefined where there is no such place. What lies there is run, so nobody else may put
 * anything there.
 */
const cacheFolder = () => {
  try {
    const { XDG_CACHE_HOME: base = '' } = process.env;
    const folder = path.join(path.isAbsolute(base) ? base : path.join(homedir(), '.cache'), 'tsfig');
    const { uid, mode } = statSync(folder, { throwIfNoEntry: false }) ?? { uid: process.getuid(), mode: 0 };
    return uid === process.getuid() && (mode & 0o077) === 0 ? folder : undefined;
  } catch {
    return undefined; // a user without a home, one that is not readable, Windows
  }
};

/** The file for the compiled code of this build, on this Node, for a command. V8 itself compares only the length of the source. */
const compiledFile = (folder, source, command) => {
  const build = /^\/\/(\w+)/.exec(source)?.[1];
  const { node, v8 } = process.versions;
  return path.join(folder, [build, node, v8, process.arch, command].join('-'));
};

/** The compiled code of a command, and whether it is all that the command needs: an early one is of a run that had not come to its end. */
const readCompiled = (file) => {
  const whole = readIfThere(file);
  return whole ? { data: whole, isWhole: true } : { data: readIfThere(`${file}-early`), isWhole: false };
};

/** Whether a run that ended with this code has done what the command is for. Codes of `run` are the container's but for a few. */
const isWholeRun = (command, code) => code === 0 || (command === 'run' && code !== 75 && code < 124);

/**
 * Runs the command line, which the build has put into the function that `require` would put it into (doing so here costs a copy),
 * with the code that V8 compiled of it for this command in an earlier run, if that is there and of this very V8: otherwise V8 refuses
 * it and compiles anew, and what it has compiled by the end of a whole run is kept for the next.
 */
const run = (source, words) => {
  const command = commandIn(words);
  const folder = cacheFolder();
  const file = folder && compiledFile(folder, source, command);
  const { data: cachedData, isWhole } = file ? readCompiled(file) : {};
  const script = new Script(source, { filename: MAIN, cachedData });
  const isKept = cachedData && !script.cachedDataRejected;
  if (file && !(isKept && isWhole) && isKeptFor(command, words)) {
    const keep = (name) => require('./keep-compiled.js')(name, script);
    process.once('exit', (code) => isWholeRun(command, code) && keep(file));
    // One that is stopped by Ctrl-C again and again would never have any.
    if (!isKept) setTimeout(() => keep(`${file}-early`), EARLY).unref();
  }
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports, MAIN, path.dirname(MAIN));
};

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};

const start = () => {
  if (Number.parseInt(process.versions.node, 10) < 20)
    return fail(`tsfig needs Node 20 or later; ${process.execPath} is ${process.version}.`);
  // Plain ASCII, which needs no decoding.
  const source = readIfThere(MAIN, 'latin1');
  if (source === undefined)
    return fail(
      'tsfig has not been built here yet: dist/cli/main.cjs is missing. Run "npm run build" (after "npm ci"), or bin/demo, which does both.',
    );
  const words = ownWords(process.argv.slice(2));
  if (words) process.argv.splice(2, Infinity, ...words);
  return run(source, process.argv.slice(2));
};

if (require.main === module) start();
module.exports = { commandIn, WITH_VALUE };
