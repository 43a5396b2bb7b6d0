import { defineConfig } from 'vitest/config';

/** Two kinds of tests: those that need nothing, and those that need a Docker engine (one at a time: they share it). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: ['test/support/build.ts'],
          sequence: { groupOrder: 0 },
          include: ['test/unit/**/*.test.ts', 'test/contract/memory.test.ts', 'test/architecture.test.ts'],
        },
      },
      {
        test: {
          name: 'docker',
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
    ],
  },
});
