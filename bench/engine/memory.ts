import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { backend } from '../../src/index.ts';
import type { Bench } from '../bench.ts';
import { workloads } from '../workloads/definitions.ts';
import { prepareTraining } from '../workloads/training.ts';

const warmUps = 1000;
const steps = 10000;

/** How much the JavaScript heap and the WebAssembly memory grow over many W1 steps, after a warm-up. */
export async function benchMemory({ say, figure }: Bench): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { step } = prepareTraining(workloads[0], 'dense');
  const used = (): number => {
    for (let i = 0; i < 4; i++) collect();
    return process.memoryUsage().heapUsed;
  };
  const run = (count: number) => {
    for (let i = 0; i < count; i++) step();
  };
  run(warmUps);
  const [pages, before] = [pagesNow(), used()];
  run(steps);
  const grown = { pages: pagesNow() - pages, bytes: (used() - before) / steps };
  say(`\n${steps} W1 steps: ${grown.pages} pages, ${grown.bytes.toFixed(2)} bytes of heap a step`);
  figure({ name: `pages grown in ${steps} W1 steps`, value: grown.pages, unit: 'pages' });
  figure({ name: 'heap kept of a W1 step', value: grown.bytes, unit: 'bytes' });
}

/** Pages of 64 KiB that the WebAssembly memory has. */
function pagesNow(): number {
  const wasm = backend('wasm');
  const mark = wasm.mark();
  const { buffer } = wasm.view(wasm.allocate(1, 'float32'), 1, 'float32');
  wasm.reset(mark);
  return buffer.byteLength / 65536;
}
