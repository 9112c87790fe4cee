import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { folderWithPackage } from './installed.ts';

/** Someone who installed the package and has a browser. */
export interface Visitor {
  /** Where the package is installed. */
  readonly folder: string;
  newPage(): Promise<Page>;
}

/** For the tests of a `describe`: there from their beginning, and gone after the last of them. */
export function visitor(): Visitor {
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
  return {
    get folder() {
      return place.folder;
    },
    newPage: () => browser.newPage(),
  };
}
