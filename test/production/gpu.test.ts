import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';

/* The GPU backend as a bundler leaves it: in one page, minified. */

const root = new URL('.', import.meta.url).pathname;
const outDir = new URL('../../.cache/production/', import.meta.url).pathname;
const shared = { root, configFile: false, logLevel: 'error' } as const;
let stop: (() => Promise<void>) | undefined;
let train: (name: string, mode?: string) => Promise<{ losses: number[]; description: string }>;

beforeAll(async () => {
  const input = `${root}page.html`;
  await build({
    ...shared,
    build: { outDir, emptyOutDir: true, minify: true, rollupOptions: { input } },
  });
  const server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch(await launchOptions());
  stop = async () => {
    await browser.close();
    await server.close();
  };
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls!.local[0]}page.html`);
  await page.waitForFunction('globalThis.train !== undefined');
  train = (name, mode) =>
    page.evaluate(
      ([name, mode]) => (globalThis as unknown as { train: typeof train }).train(name!, mode),
      [name, mode],
    );
}, 120_000);

afterAll(() => stop?.());

it.each(['webgl2', 'webgpu'])('a minified page trains on %s as on the reference', async (mode) => {
  const { losses } = await train('reference');
  const found = await train('gpu', mode);
  expect(found.description).toContain(mode);
  losses.forEach((loss, step) => {
    expect(found.losses[step]).toBeCloseTo(loss, 5);
  });
  expect(losses[3]).toBeLessThan(losses[0]);
});
