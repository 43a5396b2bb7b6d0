// What npm runs after an install in a clone, and before it packs: the build. `npm ci --omit=dev` leaves out what builds; then there is
// nothing to do, unless there is to be a package.
import { createRequire } from 'node:module';

const isForPackage = ['pack', 'publish'].includes(process.env.npm_command);
if (isForPackage || canBuild()) await import('./build.mjs');

function canBuild() {
  const { resolve } = createRequire(import.meta.url);
  try {
    return ['esbuild', 'typescript'].every((name) => resolve(name));
  } catch {
    return false;
  }
}
