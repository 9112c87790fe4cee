import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a built page offers and asks for. */
export interface BuiltPage {
  readonly ids: ReadonlySet<string>;
  readonly links: readonly string[];
}

/** All pages of a built site, by their paths from its root: `guides/deploy.html`. */
export function builtPages(folder: string): ReadonlyMap<string, BuiltPage> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  );
  return new Map(files.map((file) => [file, builtPage(readFileSync(join(folder, file), 'utf8'))]));
}

const builtPage = (html: string): BuiltPage => ({
  ids: new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => plain(id))),
  links: [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => plain(link)),
});

const plain = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
