import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { folderWithPackage, saveFilesOf } from './installed.ts';
import { root } from './pages.ts';
import { serve } from './serve.ts';

/* Someone follows the quick starts for pages, and opens what comes of them. */
describe('a page', () => {
  let place: ReturnType<typeof folderWithPackage>;
  let browser: Browser;
  beforeAll(async () => {
    place = folderWithPackage();
    browser = await chromium.launch(await launchOptions());
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    place?.remove();
  });

  /** What a page has to say when it is done; throws for an error in its console, or a request to elsewhere. */
  async function result(folder: string, file: string): Promise<string> {
    const server = await serve(folder);
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', (request) => request.url().startsWith(server.url) || wrong.push(request.url()));
    try {
      await page.goto(server.url + file);
      const status = page.getByRole('status');
      await status.filter({ hasText: 'Done' }).waitFor({ timeout: 100_000 });
      // No page of the guides names an icon, for which browsers ask nevertheless.
      expect(wrong.filter((text) => !/404/.test(text))).toEqual([]);
      return (await status.textContent())!;
    } finally {
      await page.close();
      await server.close();
    }
  }

  it('of the quick start with Vite learns in its production build', { timeout: 180_000 }, async () => {
    saveFilesOf('docs/guides/quick-start-vite.md', place.folder);
    await build({ root: place.folder, configFile: false, logLevel: 'silent' });
    const text = await result(join(place.folder, 'dist'), 'index.html');
    expect(Number(/loss (\d\.\d+)/.exec(text)![1])).toBeLessThan(0.1);
  });

  it('of the quick start from a script learns without any build', { timeout: 180_000 }, async () => {
    saveFilesOf('docs/guides/quick-start-cdn.md', place.folder);
    cpSync(join(root, 'dist/browser'), join(place.folder, 'compact-rnn'), { recursive: true });
    const text = await result(place.folder, 'page.html');
    expect(Number(/loss (\d\.\d+)/.exec(text)![1])).toBeLessThan(0.1);
  });
});
