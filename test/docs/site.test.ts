import { chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { builtSite, type Site, siteTimeout } from './site.ts';

describe('the site', () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, siteTimeout);
  afterAll(() => site?.close());

  it('is served', async () => {
    const browser = await chromium.launch(await launchOptions());
    const page = await browser.newPage();
    await page.goto(site.url);
    expect(await page.title()).toContain('compact-rnn');
    await browser.close();
  });
});
