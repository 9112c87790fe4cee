import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trainOnStream } from './stream.ts';

/** Memory over a training of so many small updates. */
export interface LeakFigures {
  readonly steps: number;
  /** Slope of the memory in use over the updates of the second half, by least squares. */
  readonly bytesPerStep: number;
  /** Bytes in use after a whole collection of garbage, at equal distances. */
  readonly samples: readonly number[];
}

/** Trains for so many updates, and looks at the memory that is in use twenty times on the way. */
export async function measureLeak(steps: number): Promise<LeakFigures> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const every = steps / 20;
  const points: { step: number; bytes: number }[] = [];
  await trainOnStream({
    steps,
    time: 2,
    training: { checkpointEverySteps: 1_000_000 },
    onProgress({ step }) {
      if (step % every !== 0) return;
      collect();
      const { heapUsed, external } = process.memoryUsage();
      points.push({ step, bytes: heapUsed + external });
    },
  });
  const half = points.slice(points.length >> 1);
  return { steps, bytesPerStep: slope(half), samples: points.map(({ bytes }) => bytes) };
}

function slope(points: readonly { step: number; bytes: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ step }) => step)), mean(points.map(({ bytes }) => bytes))];
  const covariance = mean(points.map(({ step, bytes }) => (step - x) * (bytes - y)));
  return covariance / mean(points.map(({ step }) => (step - x) ** 2));
}
