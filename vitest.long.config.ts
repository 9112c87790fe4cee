import { defineConfig, mergeConfig } from 'vitest/config';
import usual from './vitest.config.ts';

/** The same tests with ten times as many cases of every property, and every pair where the usual run takes some. */
export default mergeConfig(
  usual,
  defineConfig({
    test: { setupFiles: ['test/manyCases.ts'], testTimeout: 1_200_000, provide: { everyPair: true } },
  }),
);
