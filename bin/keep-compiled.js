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

/** Makes the folder where all of this is the user's own: root, with the home of another one, would leave what that one cannot use. */
function makeOwn(folder) {
  let there = folder;
  while (!statSync(there, { throwIfNoEntry: false })) there = path.dirname(there);
  if (statSync(there).uid !== process.getuid?.()) throw new Error(`${there} is another user's`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Of builds that are gone, and of writers that were killed. */
function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > OLD_MS) rmSync(file);
  }
}
