import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';
import { root } from './pages.ts';

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe finds in a page, or in the part of it that a selector names. */
export async function runAxe(page: Page, part = 'html'): Promise<AxeResults> {
  await page.evaluate(axe);
  return page.evaluate<AxeResults>(`axe.run(${JSON.stringify(part)})`);
}
