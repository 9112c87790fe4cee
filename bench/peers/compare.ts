import { median, type Row } from '../results.ts';
import type { Variant, Workload } from '../workloads/definitions.ts';
import { Contender, type Launch, type Ready } from './contender.ts';
import { writeJob } from './job.ts';
import { ours } from './peers.ts';

interface Comparison {
  /** Where the job's file is written. */
  readonly folder: string;
  readonly workload: Workload;
  readonly variant: Variant;
  readonly launches: readonly Launch[];
  readonly rounds: number;
}

/** What the first losses may differ by, relative to their size: sums are in another order. */
const tolerance = 1e-3;
const turnMilliseconds = 150;
/** Contenders whose step takes longer than this sit out all rounds but the first few. */
const slowMilliseconds = 700;
const slowRounds = 3;

/**
 * Times one workload of ours beside that of other libraries. All take turns in each round, so that whatever else the
 * machine does slows all alike. Peers that cannot, or whose losses are not ours, are named on the error output and left out.
 */
export async function compare({ folder, workload, variant, launches, rounds }: Comparison): Promise<Row[]> {
  const job = writeJob(folder, workload, variant);
  const own = new Contender(ours);
  const running: {
    contender: Contender;
    ready: Ready;
    steps: number;
    times: { wall: number[]; cpu: number[] };
  }[] = [];
  try {
    const expected = await own.prepare(job);
    running.push({ contender: own, ready: expected, steps: 0, times: { wall: [], cpu: [] } });
    for (const launch of launches) {
      const contender = new Contender(launch);
      try {
        const ready = await contender.prepare(job);
        checkLosses(ready.losses, expected.losses);
        running.push({ contender, ready, steps: 0, times: { wall: [], cpu: [] } });
      } catch (error) {
        console.error(
          `${workload.name} ${variant}, ${launch.name}: ${error instanceof Error ? error.message : error}`,
        );
        contender.close();
      }
    }
    for (const one of running) {
      const { wall } = await one.contender.time(3);
      one.steps = Math.max(1, Math.round(turnMilliseconds / Math.min(...wall)));
    }
    for (let round = 0; round < rounds; round++) {
      for (const { contender, steps, times } of running) {
        if (round >= slowRounds && times.wall[0] > slowMilliseconds) continue;
        // The first step of a turn finds the caches full of another's numbers.
        const { wall, cpu } = await contender.time(steps + 1);
        times.wall.push(...wall.slice(1));
        times.cpu.push(...cpu.slice(1));
      }
    }
  } finally {
    for (const { contender } of running) contender.close();
  }
  const [us, ...them] = running;
  const oursMs = median(us.times.wall);
  return them.map(({ contender, ready, times }) => {
    const peerMs = median(times.wall);
    const cpuRatio = median(us.times.cpu) / median(times.cpu);
    return {
      ...{ workload: workload.name, variant, peer: contender.name, form: ready.form },
      ...{ oursMs, peerMs, ratio: oursMs / peerMs, cpuRatio },
      ...{ node: process.version, backend: us.ready.form },
    };
  });
}

function checkLosses(found: readonly number[], expected: readonly number[]): void {
  found.forEach((loss, step) => {
    if (!(Math.abs(loss - expected[step]) <= tolerance * (1 + Math.abs(expected[step])))) {
      throw new Error(`the loss of step ${step} is ${loss}, ours ${expected[step]}`);
    }
  });
}
