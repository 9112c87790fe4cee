import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf, sections } from '../../docs/.vitepress/sidebar.ts';
import { type BuiltPage, builtPages } from './links.ts';
import { pages, root, sitePages } from './pages.ts';
import { builtSite, type Site, siteTimeout } from './site.ts';

/* Building fails on a formula that KaTeX does not know, and on a link to a page that is not there. */
describe('the built site', () => {
  let site: Site;
  let built: ReadonlyMap<string, BuiltPage>;
  beforeAll(async () => {
    site = await builtSite();
    built = builtPages(site.folder);
  }, siteTimeout);
  afterAll(() => site?.close());

  it('has every page, and the API of every module', () => {
    for (const { path } of sitePages())
      expect(built.keys()).toContain(path.replace(/^docs\/(.*)md$/, '$1html'));
    for (const name of [
      '',
      '/testing',
      '/testing/arbitraries',
      '/io',
      '/safetensors',
      '/speech',
      '/speech/recognise',
    ]) {
      expect(built.keys()).toContain(`api/compact-rnn${name}/index.html`);
    }
  });

  it('has links that lead somewhere: to pages, files and headings', () => {
    const broken = [...built].flatMap(([page, { links }]) =>
      links.filter((link) => !leads(page, link)).map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  function leads(page: string, link: string): boolean {
    if (/^(https:|data:|mailto:)/.test(link)) return true;
    const { origin, pathname, hash } = new URL(link, `http://site/${page}`);
    if (origin !== 'http://site') return false;
    const path = decodeURIComponent(pathname)
      .slice(1)
      .replace(/(^|\/)$/, '$1index.html');
    if (hash === '') return existsSync(join(site.folder, path));
    return built.get(path)?.ids.has(decodeURIComponent(hash.slice(1))) ?? false;
  }

  it('asks no other host for anything that it shows', () => {
    for (const [page, { shown }] of built) {
      expect(
        shown.filter((link) => /^(https?:)?\/\//.test(link)),
        page,
      ).toEqual([]);
    }
  });

  it('has formulas, all of them set', () => {
    const set = [...built.values()].reduce((total, { formulas }) => total + formulas, 0);
    expect(set).toBeGreaterThan(0);
    for (const [page, { unset }] of built) expect(unset, page).toEqual([]);
  });

  it('lists every page in its sidebar, as its section does', () => {
    for (const { folder } of sections) {
      const pagesThere = sitePages().filter(({ path }) => path.startsWith(`docs/${folder}/`));
      const links = itemsOf(folder).map(({ link }) => link);
      expect(links).toHaveLength(pagesThere.length);
      const index =
        pagesThere.find(({ path }) => path.endsWith('/index.md')) ??
        sitePages().find(({ path }) => path === 'docs/index.md')!;
      for (const { path } of pagesThere) {
        if (path !== index.path)
          expect(index.text, `${index.path} does not mention ${path}`).toContain(path.split('/').at(-1));
      }
    }
  });
});

describe('pages at the root of the repository', () => {
  it.each(pages().filter(({ path }) => !path.startsWith('docs/')))(
    '$path links to files that are there',
    ({ text }) => {
      for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#\s]+)/g))
        expect(existsSync(join(root, link)), link).toBe(true);
    },
  );
});
