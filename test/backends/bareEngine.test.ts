import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/* Audio worklets have the language and WebAssembly, and little else: no TextEncoder, no URL, no performance. */
it('the engine trains and streams where there is only the language and WebAssembly', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/index.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'rnn',
    external: ['gpu.js'],
    // What starts threads asks where it lies, and is not used here.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  const bare = createContext({});
  runInContext(outputFiles[0].text, bare);
  expect(runInContext('typeof WebAssembly + typeof TextEncoder + typeof URL', bare)).toBe(
    'objectundefinedundefined',
  );
  const losses: number[] = runInContext(
    `const model = rnn.recurrentModel({ inputSize: 2, layers: [{ hidden: 4 }], outputSize: 2 });
    const parameters = model.initialise(1);
    const optimizer = rnn.adam(parameters);
    const x = rnn.tensor([1, 0, -1, 2, 0.5, 1], [3, 1, 2]);
    const loss = (p) => rnn.crossEntropy(model.apply(p, x).y, [0, 1, 0]);
    const losses = Array.from({ length: 20 }, () => rnn.trainStep(loss, parameters, optimizer, { learningRate: 0.1 }).loss);
    rnn.openStream(model, parameters).step([1, 2]);
    losses`,
    bare,
  );
  expect(losses[19]).toBeLessThan(losses[0]);
});
