import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a built page offers and asks for. */
export interface BuiltPage {
  readonly ids: ReadonlySet<string>;
  /** Of links, pictures, scripts and styles. */
  readonly links: readonly string[];
  /** Of what the browser loads by itself. */
  readonly shown: readonly string[];
  readonly formulas: number;
  /** Formulas that were left as they were written, or that KaTeX refused. */
  readonly unset: readonly string[];
}

/** All pages of a built site, by their paths from its root: `guides/deploy.html`. */
export function builtPages(folder: string): ReadonlyMap<string, BuiltPage> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  );
  return new Map(files.map((file) => [file, builtPage(readFileSync(join(folder, file), 'utf8'))]));
}

function builtPage(html: string): BuiltPage {
  const prose = html
    .replace(/<(pre|code|script|style|annotation)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '');
  return {
    ids: new Set(all(html, /\sid="([^"]+)"/g)),
    links: all(html, /\s(?:href|src)="([^"]*)"/g),
    shown: [...all(html, /\ssrc="([^"]*)"/g), ...all(html, /<link\b[^>]*\shref="([^"]*)"/g)],
    formulas: html.split('class="katex"').length - 1,
    unset: [...all(html, /(katex-error)/g), ...all(prose, /(\$[^$\n]+\$)/g)],
  };
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => plain(found));
const plain = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
