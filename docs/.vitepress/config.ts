import { fileURLToPath } from 'node:url';
import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import manifest from '../../package.json' with { type: 'json' };
import { emptyHeadings } from './emptyHeadings';
import { itemsOf, sections, sidebar } from './sidebar';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  title: 'compact-rnn',
  description: 'Compact recurrent networks from scratch, and the mathematics behind them.',
  lang: 'en-GB',
  // A host that serves the site below its root passes `--base /path/` to `vitepress build`.
  base: '/',
  // The sidebars, of which the API's is long, in a file of their own rather than in every page.
  metaChunk: true,
  srcExclude: ['examples/**', '**/README.md'],
  // A picture of our own, in the page: no request for an icon that is not there.
  head: [
    ['link', { rel: 'icon', href: 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: {
    config: (markdown) => void markdown.use(katex, { throwOnError: true }).use(emptyHeadings),
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    image: { lazyLoading: true },
  },
  themeConfig: {
    nav: sections
      .map(({ folder, text }) => ({ text, link: itemsOf(folder)[0]?.link, activeMatch: `^/${folder}/` }))
      .filter(({ link }) => link !== undefined)
      .toSpliced(3, 0, { text: 'API', link: '/api/', activeMatch: '^/api/' }),
    sidebar: sidebar(),
    outline: 'deep',
    search: { provider: 'local' },
    footer: { message: 'MIT licence.' },
  },
  vite: {
    // Pages import the package as its users do, by its exports; it must have been built (`npm run build`).
    resolve: {
      alias: Object.entries(manifest.exports).flatMap(([name, entry]) =>
        typeof entry === 'string'
          ? []
          : [
              {
                find: new RegExp(`^compact-rnn${name.slice(1)}$`),
                replacement: `${root}${entry.default.slice(2)}`,
              },
            ],
      ),
    },
    build: { chunkSizeWarningLimit: 2000 },
    server: { fs: { allow: [root] } },
  },
});
