import { backend } from '../src/index.ts';
import { type Figure, saveResults } from './results.ts';

/** What a benchmark is given to tell its results with. */
export interface Bench {
  /** A line of the table. */
  readonly say: (line: string) => void;
  /** A number for the results; `build` where a benchmark has its own. */
  readonly figure: (figure: Pick<Figure, 'name' | 'value' | 'unit'> & { readonly build?: string }) => void;
}

/** Runs a benchmark: its table is printed, and its numbers are kept in docs/results/speed.json once all are there. */
export async function runBench(name: string, run: (bench: Bench) => Promise<void>): Promise<void> {
  const figures: Figure[] = [];
  await run({
    say: (line) => console.log(line),
    figure({ build, ...figure }) {
      const backendName = build === undefined ? backend('wasm').description : `wasm (${build} build)`;
      figures.push({ bench: name, ...figure, node: process.version, backend: backendName });
    },
  });
  saveResults({ figures });
}
