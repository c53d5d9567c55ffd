import { defineConfig } from 'vitest/config'

/** `unit` runs beside the code in Node; `workerd` inside the Workers runtime; `e2e` drives processes, Docker and kubectl. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          // Nothing here waits; this only ends what hangs, also on a machine that does ten other things.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: [
            '{api,worker,agent,cli,bench}/**/*.test.ts',
            'test/*.test.ts',
            'test/{contracts,fuzz,simulation}/**/*.test.ts',
          ],
        },
      },
      './test/workerd/vitest.config.ts',
      {
        test: {
          name: 'long',
          environment: 'node',
          include: ['test/long/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/{kubectl,docker,clients,conformance}/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
