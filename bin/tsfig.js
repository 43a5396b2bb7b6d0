#!/usr/bin/env node
const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};
const main = new URL('../dist/cli/main.js', import.meta.url);
const isUnbuilt = (error) => error.code === 'ERR_MODULE_NOT_FOUND' && error.url === main.href;

if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`tsfig needs Node 20 or later; ${process.execPath} is ${process.version}.`);
} else {
  import(main.href).catch((error) => {
    if (!isUnbuilt(error)) throw error;
    fail(
      'tsfig has not been built here yet: dist/cli/main.js is missing. Run "npm run build" (after "npm ci"), or bin/demo, which does both.',
    );
  });
}
