// Makes dist/browser/compact-rnn.js of what is built: the whole engine as one module, for pages that load it by a script.
// Beside it lie what threads run and the GPU's kernels, loaded when they are asked for; the package gpu.js is found through the page's import map, where it is wanted.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  configFile: false,
  root,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  worker: {
    format: 'es',
    rollupOptions: { external: ['gpu.js', /^node:/], output: { entryFileNames: '[name].js' } },
  },
  build: {
    outDir: 'dist/browser',
    emptyOutDir: true,
    assetsDir: '.',
    target: 'es2022',
    minify: 'esbuild',
    rollupOptions: {
      input: { 'compact-rnn': 'dist/src/index.js' },
      preserveEntrySignatures: 'strict',
      external: ['gpu.js', /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
