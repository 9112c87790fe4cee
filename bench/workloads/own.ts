import type { Bench } from '../bench.ts';
import { median } from '../results.ts';
import { workloads } from './definitions.ts';
import { prepareStream } from './streaming.ts';
import { prepareTraining } from './training.ts';

const warmUpMilliseconds = 1500;
const measuredMilliseconds = 1500;

/** Milliseconds of a whole step of every workload and structure; the loss has to fall from the first step to the last. */
export async function benchWorkloads({ figure, say }: Bench): Promise<void> {
  say('\nmilliseconds a step, median (best)');
  for (const workload of workloads) {
    for (const variant of workload.variants) {
      const isStream = workload.task === 'stream';
      const { step } = (isStream ? prepareStream : prepareTraining)(workload, variant);
      const first = step();
      for (const start = performance.now(); performance.now() - start < warmUpMilliseconds; ) step();
      const times: number[] = [];
      for (const start = performance.now(); performance.now() - start < measuredMilliseconds; ) {
        const begun = performance.now();
        step();
        times.push(performance.now() - begun);
      }
      const last = step();
      const label = `${workload.name} ${variant}`;
      if (!isStream && !(last < first)) throw new Error(`${label}: the loss went from ${first} to ${last}`);
      const middle = median(times);
      say(`${label.padEnd(20)}${middle.toFixed(3).padStart(9)} (${Math.min(...times).toFixed(3)})`);
      figure({ name: label, value: middle, unit: 'ms a step' });
    }
  }
}
