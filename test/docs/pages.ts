import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Page {
  /** Relative to the repository: `docs/guides/deploy.md`. */
  readonly path: string;
  readonly text: string;
}

/** Every page written by hand: of the site (`docs/api` is made by TypeDoc), of its examples, and at the root. */
export function pages(): Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('docs', path))
    .filter((path) => path.endsWith('.md') && !/^docs\/(api|\.vitepress)\/|node_modules/.test(path))
    .sort();
  return [...inDocs, 'README.md', 'CONTRIBUTING.md'].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

/** The pages of the site. */
export const sitePages = () =>
  pages().filter(({ path }) => path.startsWith('docs/') && !path.startsWith('docs/examples/'));
