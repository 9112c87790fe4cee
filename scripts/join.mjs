// Joins the compiled modules into the few files that the package holds: Node takes a millisecond to load each module, and there
// are some two hundred.
import { readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The files that are imported or started by name; they lie side by side, since threads are found beside what starts them. */
const entries = {
  index: 'index',
  testing: 'testing/index',
  arbitraries: 'testing/arbitraries',
  io: 'io/index',
  safetensors: 'io/safetensors',
  speech: 'tasks/speech/index',
  recognise: 'tasks/speech/recognise',
  cli: 'cli/main',
  thread: 'train/parallel/thread',
  trainWorker: 'cli/trainWorker',
  reproduceWorker: 'cli/reproduce/reproduceWorker',
  shardTask: 'tasks/speech/shardTask',
  synthesisWorker: 'tasks/speech/corpora/queries/synthesisWorker',
};

/**
 * Makes dist/lib/, the files of the package, and dist/browser/, the engine for pages that load it by a script, with what its
 * threads run beside it. Nothing that an earlier build left stays there: its chunks, named by their contents, would add up.
 */
export async function joinModules() {
  await join('dist/lib', entries);
  const forPages = { 'compact-rnn': entries.index, thread: entries.thread };
  await join('dist/browser', forPages, { minify: true });
}

async function join(outdir, chosen, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries(chosen).map(([name, path]) => [name, `dist/src/${path}.js`]),
    ),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    packages: 'external',
    external: ['node:*'],
    chunkNames: 'chunk-[hash]',
    plugins: [pureConstants],
    logLevel: 'warning',
    metafile: true,
    ...options,
  });
  for (const name of await readdir(`${root}/${outdir}`)) {
    if (!(`${outdir}/${name}` in metafile.outputs))
      await rm(`${root}/${outdir}/${name}`, { recursive: true });
  }
}

/**
 * Says of every module's constants that a bundler may leave them out when nothing uses them: package.json says so with
 * `sideEffects` for whole modules, of which nothing is left here.
 */
const pureConstants = {
  name: 'pure-constants',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/(src|kernels)\/.*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /^((?:export )?const \w+ = )(?=(?:new )?[\w.]+\()/gm,
        '$1/* @__PURE__ */ ',
      ),
    }));
  },
};
