#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};
const main = join(__dirname, '../dist/cli/main.cjs');

if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`tsfig needs Node 20 or later; ${process.execPath} is ${process.version}.`);
} else if (existsSync(main)) {
  const { commandIn, load } = require('./load.js');
  load(main, commandIn(process.argv.slice(2)));
} else {
  fail(
    'tsfig has not been built here yet: dist/cli/main.cjs is missing. Run "npm run build" (after "npm ci"), or bin/demo, which does both.',
  );
}
