'use strict';
const { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');

/** Nobody has started what lies untouched for so long, or it will be there again soon. */
const OLD_MS = 30 * 24 * 3600 * 1000;

/**
 * Keeps what V8 has compiled of the script in a file of its own, beside which it is written first, so that nobody ever reads half of it.
 * A cache: where it cannot be, nothing is said.
 */
module.exports = (file, script) => {
  try {
    const folder = path.dirname(file);
    makeOwn(folder);
    const beside = `${file}.${process.pid}.tmp`;
    writeFileSync(beside, script.createCachedData(), { mode: 0o600 });
    renameSync(beside, file);
    removeOld(folder);
  } catch {
    // A home that is read-only, full, or not there.
  }
};

/**
 * Makes the folder where what it lies in is the user's own: root, with the home of another one, would leave what that one cannot use.
 * One after the other, because in /proc Node tries for ever to make several at once.
 */
function makeOwn(folder) {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there && there.uid !== process.getuid()) throw new Error(`${folder} is another user's`);
  if (there) return;
  makeOwn(path.dirname(folder));
  mkdirIfMissing(folder);
}

/** Another first run may have been quicker. */
function mkdirIfMissing(folder) {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Of builds that are gone, and of writers that were killed. */
function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > OLD_MS) rmSync(file);
  }
}
