import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';
import type { Bench } from '../bench.ts';

const entries = {
  'a program that trains an LSTM':
    "export { adam, crossEntropy, recurrentModel, tensor, trainStep } from 'engine'",
  'the whole engine': "export * from 'engine'",
};

/** Bytes that a page loads at first, minified and compressed by Brotli, with both builds of the kernels. */
export async function benchBundle({ say, figure }: Bench): Promise<void> {
  say('');
  for (const [name, code] of Object.entries(entries)) {
    const bundle = Buffer.from(await bundled(code));
    const { length } = brotliCompressSync(bundle, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
    });
    say(
      `${name}: ${(length / 1000).toFixed(1)} kB by Brotli, ${(bundle.length / 1000).toFixed(0)} kB before`,
    );
    figure({ name, value: length / 1000, unit: 'kB, Brotli' });
  }
}

async function bundled(code: string): Promise<string> {
  const entry = '\0entry';
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId(id) {
          if (id === 'entry') return entry;
          return id === 'engine' ? fileURLToPath(new URL('../../lib/index.js', import.meta.url)) : null;
        },
        load: (id) => (id === entry ? code : null),
      },
    ],
    build: {
      write: false,
      minify: 'esbuild',
      target: 'es2022',
      rollupOptions: {
        input: 'entry',
        preserveEntrySignatures: 'strict',
        external: /^node:/,
        output: { format: 'es' },
      },
    },
  });
  const outputs = 'output' in result ? result.output : [];
  const chunks = outputs.flatMap((one) => (one.type === 'chunk' ? [one] : []));
  const first = chunks.find((chunk) => chunk.isEntry);
  if (first === undefined) throw new Error('bundle: the bundler made nothing');
  // Not what is loaded when it is asked for, as gpu.js and its kernels are.
  const loaded = new Set([first.fileName]);
  for (const name of loaded) {
    for (const other of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) loaded.add(other);
  }
  return chunks
    .filter(({ fileName }) => loaded.has(fileName))
    .map(({ code: text }) => text)
    .join('\n');
}
