import { Worker } from 'node:worker_threads';
import { InputError } from '../src/errors.ts';
import { mutatedFile } from './formats.ts';

export interface MutationFigures {
  /** Files read. */
  readonly files: number;
  /** Of these, the refused ones: with a typed error. */
  readonly refused: number;
  /** What was thrown besides, at most a few of each kind: index and message. */
  readonly crashes: readonly string[];
  /** Indices of files that took more than a second. */
  readonly hangs: readonly number[];
  /** Indices of files for which more memory was taken than twice their bytes and 16 MiB. */
  readonly overBudget: readonly number[];
}

export const noMutations: MutationFigures = { files: 0, refused: 0, crashes: [], hangs: [], overBudget: [] };

const SLOWEST_MILLISECONDS = 1000;
const FREE_BYTES = 2 ** 24;

/**
 * Reads the mutated files from index `begin` up to `end`. Time is that of the processor, because the machine is shared; memory
 * all that was taken, whether or not it was given back on the way.
 */
export function readMutated(
  begin: number,
  end: number,
  onFile: (index: number) => void = () => {},
): MutationFigures {
  let refused = 0;
  const crashes: string[] = [];
  const hangs: number[] = [];
  const overBudget: number[] = [];
  for (let index = begin; index < end; index++) {
    onFile(index);
    const { format, bytes } = mutatedFile(index);
    const [time, memory] = [process.cpuUsage(), memoryTaken()];
    try {
      format.read(bytes);
    } catch (error) {
      if (error instanceof InputError && error.message !== '') refused++;
      else crashes.push(`${index}, ${format.name}: ${error}`);
    }
    const taken = memoryTaken() - memory;
    const { user, system } = process.cpuUsage(time);
    if ((user + system) / 1000 > SLOWEST_MILLISECONDS) hangs.push(index);
    if (taken > 2 * bytes.length + FREE_BYTES) overBudget.push(index);
  }
  return { files: end - begin, refused, crashes, hangs, overBudget };
}

function memoryTaken(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Two findings together. */
export const joined = (a: MutationFigures, b: MutationFigures): MutationFigures => ({
  files: a.files + b.files,
  refused: a.refused + b.refused,
  crashes: [...a.crashes, ...b.crashes],
  hangs: [...a.hangs, ...b.hangs],
  overBudget: [...a.overBudget, ...b.overBudget],
});

/** Wall-clock time without a new file after which a thread is given up: far more than any pause of a shared machine. */
const PATIENCE_MILLISECONDS = 300_000;

/** `readMutated` in a thread, which is ended where a file never comes to its end; that counts as a hang. */
export async function readWatched(begin: number, end: number): Promise<MutationFigures> {
  const at = new Int32Array(new SharedArrayBuffer(4)).fill(begin);
  const program = new URL(
    `./mutationWorker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
    import.meta.url,
  );
  const worker = new Worker(program, {
    workerData: { begin, end, at },
    // Room enough that what one file takes is seldom given back before it is measured.
    resourceLimits: { maxYoungGenerationSizeMb: 192 },
  });
  let last = begin;
  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      const index = Atomics.load(at, 0);
      if (index === last) {
        worker.terminate();
        clearInterval(watch);
        const hang = { ...noMutations, files: index + 1 - begin, hangs: [index] };
        readWatched(index + 1, end).then((rest) => resolve(joined(hang, rest)), reject);
      }
      last = index;
    }, PATIENCE_MILLISECONDS);
    worker.on('message', (figures: MutationFigures) => {
      clearInterval(watch);
      resolve(figures);
    });
    worker.on('error', (error) => {
      // The thread died, as of memory: so would the program.
      clearInterval(watch);
      const index = Atomics.load(at, 0);
      const crash = { ...noMutations, files: index + 1 - begin, crashes: [`${index}: ${error.message}`] };
      readWatched(index + 1, end).then((rest) => resolve(joined(crash, rest)), reject);
    });
  });
}

/** The share of lines that reading some mutated files runs, for each reader by its path; of the built program only. */
export function readerCoverage(files: number): Promise<Record<string, number>> {
  const worker = new Worker(new URL('./coverageWorker.js', import.meta.url), { workerData: files });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}
