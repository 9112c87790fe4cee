import { type Variant, type Workload, workloads } from '../workloads/definitions.ts';

/** Large enough that a GPU has something to do. */
const wide: Workload = {
  name: 'wide',
  ...{ batch: 256, time: 50, input: 1024, layers: 2, hidden: 1024, classes: 128 },
  ...{ task: 'sgd', rank: 128, displacementRank: 4, variants: ['dense', 'hybrid'] },
};

/** What is trained on a GPU, the small ones first. */
export const trainings: readonly { readonly workload: Workload; readonly variant: Variant }[] = [
  ...workloads.filter(({ name }) => ['W1', 'W2', 'W3'].includes(name)),
  wide,
].flatMap((workload) =>
  (['dense', 'lowRank', 'hybrid'] as const)
    .filter((variant) => workload.variants.includes(variant))
    .map((variant) => ({ workload, variant })),
);

/** Sides of the square matrices that are multiplied. */
export const sides: readonly number[] = [64, 128, 256, 512, 1024, 2048, 4096];
