import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** The folders with pages of their own, in the order of the navigation bar. */
export const sections = [
  { folder: 'guides', text: 'Guides' },
  { folder: 'course', text: 'Course' },
  { folder: 'live', text: 'Live' },
  { folder: 'results', text: 'Results' },
] as const;

/**
 * A sidebar for each section, made of the pages that are there: a page is called by its first heading, and stands where
 * the section's index (the home page, for a section without one) mentions it first.
 */
export function sidebar(): DefaultTheme.SidebarMulti {
  const bars: DefaultTheme.SidebarMulti = { '/api/': apiItems() };
  for (const { folder, text } of sections) bars[`/${folder}/`] = [{ text, items: itemsOf(folder) }];
  return bars;
}

/** The pages of a section, its index first. */
export function itemsOf(folder: string): { text: string; link: string }[] {
  if (!existsSync(`${docs}${folder}`)) return [];
  const files = readdirSync(`${docs}${folder}`).filter((file) => file.endsWith('.md'));
  const index = files.includes('index.md') ? `${folder}/index.md` : 'index.md';
  const mentions = readFileSync(`${docs}${index}`, 'utf8');
  const place = (file: string) => {
    if (file === 'index.md') return -1;
    const found = mentions.search(new RegExp(`\\((\\./|${folder}/)*${file.replaceAll('.', '\\.')}[)#]`));
    return found < 0 ? Number.MAX_SAFE_INTEGER : found;
  };
  return files
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((file) => ({
      text: titleOf(`${folder}/${file}`),
      link: `/${folder}/${file.replace(/(index)?\.md$/, '')}`,
    }));
}

function titleOf(path: string): string {
  const text = readFileSync(`${docs}${path}`, 'utf8');
  const heading = /^# (.+)$/m.exec(text)?.[1] ?? /^title: (.+)$/m.exec(text)?.[1];
  if (heading === undefined)
    throw new Error(`docs/${path} has no heading of the first level to be listed by.`);
  return heading.replace(/[`*]/g, '');
}

/** What TypeDoc made; empty before its first run. */
function apiItems(): DefaultTheme.SidebarItem[] {
  const file = `${docs}api/typedoc-sidebar.json`;
  return existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8')).map((item: Item) => linked(item, '/api/'))
    : [];
}

type Item = DefaultTheme.SidebarItem;

/** A group without a page of its own leads to its heading in the page above: its name and its arrow are two things to press. */
function linked(item: Item, above: string): Item {
  const link = item.link ?? `${above}#${item.text!.toLowerCase().replaceAll(' ', '-')}`;
  return item.items ? { ...item, link, items: item.items.map((one) => linked(one, link)) } : item;
}
