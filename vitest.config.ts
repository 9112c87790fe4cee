import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './test/browser/chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether tests of pairs, such as maps in cells, take all of them. */
    everyPair: boolean;
  }
}

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    provide: { everyPair: false },
    // One worker a core, with its own heap: the kernels keep a core busy each.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] },
      },
      {
        extends: true,
        // Imported lazily, which the server would otherwise find out in the middle of a test.
        optimizeDeps: { include: ['gpu.js'] },
        // Threads of a page share memory only where it is isolated from other origins.
        server: {
          headers: {
            'Cross-Origin-Opener-Policy': 'same-origin',
            'Cross-Origin-Embedder-Policy': 'require-corp',
          },
        },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: await launchOptions() }),
          },
        },
      },
    ],
  },
});
