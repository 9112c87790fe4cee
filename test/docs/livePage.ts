import type { Browser, BrowserContext, Page } from 'playwright';
import { expect } from 'vitest';
import { runAxe } from './axe.ts';
import type { Site } from './site.ts';

export const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;
export type Size = keyof typeof SIZES;

/** How long anything in a page may take on a machine whose cores are busy. */
export const patience = 120_000;

export interface Visit {
  readonly page: Page;
  /** What stands in an element with `data-figure`. */
  figure(name: string): Promise<string>;
  /** Waits until a figure, as a number, is as wanted; units and signs apart. */
  until(name: string, holds: (value: number) => boolean): Promise<number>;
}

/**
 * Opens a live page at a size, waits for its demo, does what is to be done there, and expects of every page: no error in
 * the console, nothing that the host had not, no scrolling sideways, and nothing that axe finds missing: names, contrast.
 */
export async function visitLive(
  browser: Browser,
  { url }: Site,
  name: string,
  size: Size,
  act: (visit: Visit) => Promise<void>,
): Promise<void> {
  const context = await contextOf(browser, size, url);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
    });
    await page.goto(`${url}live/${name}.html`);
    await page.locator('.live').waitFor();
    await act(visitOf(page));
    expect(complaints).toEqual([]);
    expect(await page.evaluate(sidewaysInPage)).toBeLessThanOrEqual(SIZES[size].width);
    const { violations, passes } = await runAxe(page, '.live');
    expect(passes.length).toBeGreaterThan(5);
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`)).toEqual(
      [],
    );
  } finally {
    await context.close();
  }
}

function contextOf(browser: Browser, size: Size, url: string): Promise<BrowserContext> {
  const isPhone = size === 'phone';
  return browser.newContext({
    viewport: SIZES[size],
    isMobile: isPhone,
    hasTouch: isPhone,
    // Pages are drawn in both: one on each size.
    colorScheme: isPhone ? 'dark' : 'light',
    permissions: ['microphone'],
    baseURL: url,
  });
}

function visitOf(page: Page): Visit {
  const locator = (name: string) => page.locator(`[data-figure="${name}"]`).first();
  const figure = async (name: string) => (await locator(name).innerText()).trim();
  return {
    page,
    figure,
    async until(name, holds) {
      const read = async () => numberIn(await figure(name));
      await expect.poll(async () => holds(await read()), { timeout: patience, interval: 200 }).toBe(true);
      return read();
    },
  };
}

/** The number that a figure is written for: `12,345`, `0.12 %`, `1.2e−5`; NaN where there is none. */
export const numberIn = (text: string): number =>
  Number.parseFloat(
    text
      .replaceAll(',', '')
      .replaceAll('−', '-')
      .replace(/^[^\d-]*/, ''),
  );

/** How wide the page is, whatever the window is. */
const sidewaysInPage = () => document.documentElement.scrollWidth;
