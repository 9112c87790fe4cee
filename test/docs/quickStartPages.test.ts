import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { saveFilesOf } from './installed.ts';
import { root } from './pages.ts';
import { serve } from './serve.ts';
import { visitor } from './visitor.ts';

/* Someone follows the quick starts for pages, and opens what comes of them. */
describe('a page', () => {
  const reader = visitor();

  /** What a page has to say when it is done; throws for an error in its console, or a request to elsewhere. */
  async function result(folder: string, file: string): Promise<string> {
    const server = await serve(folder);
    const page = await reader.newPage();
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
    saveFilesOf('docs/guides/quick-start-vite.md', reader.folder);
    await build({ root: reader.folder, configFile: false, logLevel: 'silent' });
    const text = await result(join(reader.folder, 'dist'), 'index.html');
    expect(Number(/loss (\d\.\d+)/.exec(text)![1])).toBeLessThan(0.1);
  });

  it('of the quick start from a script learns without any build', { timeout: 180_000 }, async () => {
    saveFilesOf('docs/guides/quick-start-cdn.md', reader.folder);
    cpSync(join(root, 'dist/browser'), join(reader.folder, 'compact-rnn'), { recursive: true });
    const text = await result(reader.folder, 'page.html');
    expect(Number(/loss (\d\.\d+)/.exec(text)![1])).toBeLessThan(0.1);
  });
});
