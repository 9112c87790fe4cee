import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pageOf } from './resultsPage.ts';

/** One workload beside one peer: medians of a whole step. */
export interface Row {
  readonly workload: string;
  readonly variant: string;
  /** Name and version. */
  readonly peer: string;
  /** Which of its forms the peer was quickest in. */
  readonly form: string;
  readonly oursMs: number;
  readonly peerMs: number;
  readonly ratio: number;
  /** The same of the processor's time, which other work on the machine does not lengthen as it does the time on the wall. */
  readonly cpuRatio: number;
  readonly node: string;
  /** The build of ours that ran. */
  readonly backend: string;
}

/** Something measured of ours alone. */
export interface Figure {
  /** Which benchmark says so. */
  readonly bench: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly node: string;
  readonly backend: string;
}

/** What docs/results/speed.json holds. */
export interface Results {
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
}

const folder = fileURLToPath(new URL('../../docs/results/', import.meta.url));
const jsonFile = `${folder}speed.json`;
const pageFile = `${folder}speed.md`;

export const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[times.length >> 1];

/** The processor, for reports. */
export const machine = (): string => `${cpus()[0].model.trim()}, ${cpus().length} cores`;

/** Writes new results in place of what was measured of the same before, with the same Node; everything else stays. */
export function saveResults({ rows = [], figures = [] }: Partial<Pick<Results, 'rows' | 'figures'>>): void {
  const before: Results = existsSync(jsonFile)
    ? (JSON.parse(readFileSync(jsonFile, 'utf8')) as Results)
    : { machine: '', rows: [], figures: [] };
  const results: Results = {
    machine: machine(),
    rows: merged(before.rows, rows, ({ workload, variant, peer, node }) => [workload, variant, peer, node]),
    figures: merged(before.figures, figures, ({ bench, name, node, backend }) => [
      bench,
      name,
      node,
      backend,
    ]),
  };
  writeFileSync(jsonFile, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(pageFile, pageOf(results, existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : ''));
}

/** The old items with the new ones in the place of those with the same key, or at the end. */
function merged<T>(before: readonly T[], now: readonly T[], key: (item: T) => readonly string[]): T[] {
  const all = new Map(before.map((item) => [key(item).join('\0'), item]));
  for (const item of now) all.set(key(item).join('\0'), item);
  return [...all.values()];
}
