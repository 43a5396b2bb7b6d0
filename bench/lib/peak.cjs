// Loaded with `node -r` before a program whose peak memory is wanted: writes it, in kB, to the file that BENCH_PEAK names.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  // Not process.resourceUsage().maxRSS where there is a /proc: Linux counts there what the parent had when it forked.
  let status = '';
  try {
    status = readFileSync('/proc/self/status', 'latin1');
  } catch {
    // not Linux
  }
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  writeFileSync(process.env.BENCH_PEAK, String(peak));
});
