import { type Bench, runBench } from './bench.ts';
import { benchBundle } from './engine/bundle.ts';
import { benchColdStart } from './engine/coldStart.ts';
import { benchGeneral } from './engine/general.ts';
import { benchMatmul } from './engine/matmul.ts';
import { benchMemory } from './engine/memory.ts';
import { benchKernels } from './kernels.ts';
import { benchMaps } from './maps.ts';
import { benchStreaming } from './streaming.ts';
import { benchThreads } from './threads.ts';
import { benchWorkloads } from './workloads/own.ts';

/* `npm run bench -- NAME …` runs the named benchmarks, all of them without a name; see docs/results/speed.md. */

const benchmarks: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  kernels: benchKernels,
  matmul: benchMatmul,
  maps: benchMaps,
  workloads: benchWorkloads,
  general: benchGeneral,
  streaming: benchStreaming,
  threads: benchThreads,
  coldStart: benchColdStart,
  memory: benchMemory,
  bundle: benchBundle,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => benchmarks[name] === undefined);
if (unknown !== undefined) {
  console.error(`bench: "${unknown}" is not a benchmark; expected ${Object.keys(benchmarks).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(benchmarks)) {
    if (asked.length === 0 || asked.includes(name)) await runBench(name, run);
  }
}
