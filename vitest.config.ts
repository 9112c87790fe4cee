import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    // One worker a core, with its own heap: the kernels keep a core busy each.
    maxWorkers: 2,
  },
});
