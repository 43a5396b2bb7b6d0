// Exits with 0 when node_modules holds what package-lock.json says, by the list that npm keeps there of what it has installed.
import { readFileSync } from 'node:fs';

const packagesIn = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
};

const installed = packagesIn('node_modules/.package-lock.json');
const matches = Object.entries(packagesIn('package-lock.json')).every(
  ([folder, { version, optional }]) =>
    folder === '' || installed[folder]?.version === version || (optional && !installed[folder]),
);
process.exitCode = matches ? 0 : 1;
