/** A fenced code block of a Markdown page. */
export interface CodeBlock {
  /** The first word of the info string: `ts`, `js`, `sh`, `yaml`, … */
  readonly language: string;
  readonly code: string;
  /** The line of the page, counted from 1, on which the code begins. */
  readonly line: number;
  /** The other words of the info string, such as `alone` and `run`. */
  readonly words: ReadonlySet<string>;
  /** Why the block is not run: `not-run="needs a page"`. */
  readonly notRun?: string;
  /** The file that it names in a first line of comment, for other blocks to import or read: `// task.mjs`. */
  readonly file?: string;
}

const named = /^(?:\/\/|#|<!--) ([\w.-]+\.(?:mjs|js|yaml|json|html|tsv|txt))(?: -->)?\n/;

/** The fenced code blocks of a page, in order; a fence may be indented, as in a list. Errors call the page `name`. */
export function codeBlocks(markdown: string, name = 'the page'): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[i]);
    if (!open) continue;
    const [, indent, fence, info] = open;
    const end = lines.findIndex(
      (line, at) => at > i && line.trim().startsWith(fence) && /^\s*[`~]+\s*$/.test(line),
    );
    if (end < 0) throw new Error(`${name}: the code block of line ${i + 1} has no end.`);
    const code = lines
      .slice(i + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join('\n');
    blocks.push({
      code: `${code}\n`,
      line: i + 2,
      file: named.exec(`${code}\n`)?.[1],
      ...parseInfo(info, `${name}, line ${i + 1}`),
    });
    i = end;
  }
  return blocks;
}

function parseInfo(info: string, place: string): Pick<CodeBlock, 'language' | 'words' | 'notRun'> {
  const notRun = /not-run="([^"]*)"/.exec(info);
  if (/not-run/.test(info) && !notRun?.[1].trim()) throw new Error(`${place}: not-run does not say why.`);
  const [language = '', ...words] = info
    .replace(notRun?.[0] ?? '', '')
    .trim()
    .split(/\s+/);
  return { language: language.replace(/[:{].*$/, ''), words: new Set(words), notRun: notRun?.[1] };
}
