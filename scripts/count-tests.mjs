// count-tests.mjs REPORT CODE FAILED_CHECKS: the last line of bin/test from vitest's JSON report and exit code; exits with 1 unless all is well.
import { existsSync, readFileSync } from 'node:fs';

const [report, code, failedChecks] = process.argv.slice(2);
const count = { passed: 0, failed: Number(failedChecks), skipped: 0 };

const files = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
for (const file of files) {
  const before = count.failed;
  for (const { status } of file.assertionResults) {
    if (status === 'passed' || status === 'failed') count[status] += 1;
    else count.skipped += 1;
  }
  // A file that could not be loaded, or whose set-up failed, has no failed test to show for it.
  if (file.status === 'failed' && count.failed === before) count.failed += 1;
}
// No report, an error outside a test, no test found.
if (code !== '0' && count.failed === Number(failedChecks)) count.failed += 1;

process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
process.exitCode = count.failed > 0 ? 1 : 0;
