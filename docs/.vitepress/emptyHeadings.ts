import type { MarkdownRenderer } from 'vitepress';

/** Makes the empty corner of a table an ordinary cell: a heading without a name is read out as one. */
export function emptyHeadings(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('empty-headings', ({ tokens }) => {
    tokens.forEach((token, i) => {
      if (token.type !== 'th_open' || tokens[i + 1].content !== '') return;
      token.tag = 'td';
      tokens[i + 2].tag = 'td';
    });
  });
}
