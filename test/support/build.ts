import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line under test is the built one; building does nothing when nothing has changed. */
export default function build(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
