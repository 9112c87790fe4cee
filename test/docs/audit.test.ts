import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { runAxe } from './axe.ts';
import { SIZES } from './livePage.ts';
import { builtSite, type Site, siteTimeout } from './site.ts';

/* What Lighthouse looks at, and more of it: names, contrast, keyboard, weight, errors, other hosts. */
describe('a page of the site', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([builtSite(), chromium.launch(await launchOptions())]);
  }, siteTimeout);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Opens a page and, when it is done, throws for what stood in the console or was asked of another host. */
  async function visit(path: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const wrong: string[] = [];
    try {
      const page = await context.newPage();
      page.on(
        'console',
        (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()),
      );
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('request', (request) => {
        const url = request.url();
        if (!/^(data|blob):/.test(url) && !url.startsWith(site.url)) wrong.push(url);
      });
      await page.goto(site.url + path, { waitUntil: 'networkidle' });
      await look(page);
    } finally {
      await context.close();
    }
    expect(wrong).toEqual([]);
  }

  const looked = [
    'index.html',
    'guides/index.html',
    'guides/choose-a-structure.html',
    'guides/troubleshooting.html',
    'guides/quick-start-cdn.html',
    'results/spoken-queries.html',
    'api/index.html',
    'api/compact-rnn/index.html',
    'api/compact-rnn/functions/recurrentModel.html',
    'api/compact-rnn/interfaces/LayerSpec.html',
    'course/index.html',
    'course/07-ctc.html',
  ];
  const views = [
    ['desktop', 'light'],
    ['phone', 'dark'],
  ] as const;
  const cases = looked.flatMap((path) => views.map(([size, colorScheme]) => ({ path, size, colorScheme })));

  it.each(cases)(
    '$path, $size, $colorScheme: has names, contrast, and room',
    async ({ path, size, colorScheme }) => {
      await visit(path, { viewport: SIZES[size], colorScheme }, async (page) => {
        const { violations, passes } = await runAxe(page);
        expect(passes.length).toBeGreaterThan(10);
        const found = violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`)
              .slice(0, 3)
              .join(' ')}`,
        );
        expect(found).toEqual([]);
        // What is wider than the page scrolls in a box of its own.
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
      });
    },
  );

  it('can be used by the keyboard alone', async () => {
    await visit('guides/index.html', { viewport: SIZES.desktop }, async (page) => {
      const focused = () =>
        page.evaluate(() => {
          const it = document.activeElement!;
          const { outlineStyle, outlineWidth } = getComputedStyle(it);
          const { width, height, top } = it.getBoundingClientRect();
          const seen = width > 1 && height > 1 && top >= 0;
          return {
            text: it.textContent!.trim(),
            seen: seen && outlineStyle !== 'none' && outlineWidth !== '0px',
          };
        });
      await page.keyboard.press('Tab');
      expect(await focused()).toEqual({ text: 'Skip to content', seen: true });
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      // Beyond the bars, in the text itself.
      expect(await page.evaluate(() => document.activeElement!.closest('.vp-doc, #VPContent') !== null)).toBe(
        true,
      );
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('Tab');
        const { text, seen } = await focused();
        expect(seen, `the focus on "${text}" cannot be seen`).toBe(true);
      }
    });
  });

  it('is found by a search, without a network', async () => {
    await visit('guides/index.html', { viewport: SIZES.desktop }, async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('#localsearch-input').fill('toeplitzLike');
      await page.locator('.results .result').first().waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => !url.pathname.endsWith('guides/index.html'));
    });
  });

  it('weighs no more than 200 kB, if it is the first', async () => {
    const context = await browser.newContext({ viewport: SIZES.desktop });
    const page = await context.newPage();
    const sent: Promise<number>[] = [];
    page.on('requestfinished', (request) =>
      sent.push(request.sizes().then(({ responseBodySize }) => responseBodySize)),
    );
    await page.goto(site.url, { waitUntil: 'networkidle' });
    const total = (await Promise.all(sent)).reduce((sum, size) => sum + size, 0);
    await context.close();
    expect(sent.length).toBeGreaterThan(3);
    expect(total).toBeGreaterThan(20_000);
    expect(total).toBeLessThanOrEqual(200_000);
  });
});
