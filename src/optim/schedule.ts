import { expectNonNegative, expectOptions } from '../errors.ts';

/** How a learning rate rises and falls. */
export interface ScheduleOptions {
  /** The highest learning rate, reached at the end of the warm-up. */
  readonly peak: number;
  /** Steps over which the rate rises in a line from 0. */
  readonly warmupSteps: number;
  /** Steps in all. */
  readonly totalSteps: number;
  /** The rate at the last step, as a fraction of the peak. */
  readonly finalFraction: number;
}

/**
 * Learning rate for step 1, 2, …: a linear warm-up, then half a cosine down to the final rate (Loshchilov & Hutter 2017).
 * Throws InputError for an option that is not a finite number of at least 0.
 */
export function warmupCosine(options: ScheduleOptions): (step: number) => number {
  const { peak, warmupSteps, totalSteps, finalFraction } = options;
  expectOptions('warmupCosine', options, ['peak', 'warmupSteps', 'totalSteps', 'finalFraction']);
  for (const [name, value] of Object.entries({ peak, warmupSteps, totalSteps, finalFraction })) {
    expectNonNegative('warmupCosine', name, value);
  }
  return (step) => {
    if (step < warmupSteps) return (peak * step) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return peak * (finalFraction + (1 - finalFraction) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  };
}
