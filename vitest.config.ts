import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Where tsfig keeps what V8 has compiled: in the checkout, and not in the home of whoever runs the tests. */
const env = { XDG_CACHE_HOME: fileURLToPath(new URL('.cache/home', import.meta.url)) };

/**
 * Three kinds of tests: those that need nothing, those that need a Docker engine (two files at a time: they share it), and those
 * that compare times, which run last and alone.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env,
          globalSetup: ['test/support/build.ts'],
          sequence: { groupOrder: 0 },
          testTimeout: 60_000, // what takes two seconds takes ten on a machine that does much else
          include: ['test/unit/**/*.test.ts', 'test/contract/memory.test.ts', 'test/architecture.test.ts'],
        },
      },
      {
        test: {
          name: 'docker',
          env,
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/build.ts'],
          include: [
            'test/contract/docker.test.ts',
            'test/engine/**/*.test.ts',
            'test/cli/**/*.test.ts',
            'test/fault/**/*.test.ts',
            'test/examples.test.ts',
            'test/loguploader.test.ts',
            'test/docs.test.ts',
            'test/bench.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'speed',
          env,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/build.ts'],
          include: ['test/speed/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
