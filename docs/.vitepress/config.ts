import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar';

export default defineConfig({
  title: 'compact-rnn',
  description: 'Compact recurrent networks from scratch, and the mathematics behind them',
  lang: 'en',
  cleanUrls: false,
  srcExclude: ['examples/**', '**/README.md'],
  markdown: { config: (markdown) => void markdown.use(katex, { throwOnError: true }) },
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/guides/quick-start-node' },
      { text: 'Course', link: '/course/' },
      { text: 'Live', link: '/live/' },
      { text: 'API', link: '/api/' },
      { text: 'Results', link: '/results/spoken-queries' },
    ],
    sidebar,
    search: { provider: 'local' },
  },
});
