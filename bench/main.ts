import { benchKernels } from './kernels.ts';
import { benchMaps } from './maps.ts';
import { benchStreaming } from './streaming.ts';
import { benchThreads } from './threads.ts';

/* `npm run bench -- NAME …` runs the named benchmarks, all of them without a name. */

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  kernels: benchKernels,
  maps: benchMaps,
  streaming: benchStreaming,
  threads: benchThreads,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => benchmarks[name] === undefined);
if (unknown !== undefined) {
  console.error(`bench: "${unknown}" is no benchmark; expected ${Object.keys(benchmarks).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(benchmarks)) {
    if (asked.length === 0 || asked.includes(name)) await run();
  }
}
