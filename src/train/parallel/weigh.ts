import { expectNonNegative, expectOptions, InputError } from '../../errors.ts';
import type { StepOptions } from '../step.ts';
import type { ParallelTask } from './task.ts';

/**
 * What the mean loss of each batch counts for in the mean over all items; together 1. Throws InputError for a wrong number of
 * batches, counts of items that are not whole or all 0, a learning rate that is negative or not finite, and a limit of the norm that is
 * negative or no number.
 */
export function weigh<Batch>(
  task: ParallelTask<Batch>,
  batches: readonly Batch[],
  shards: number,
  options: StepOptions & { readonly profile?: unknown },
): number[] {
  expectOptions('step', options, ['learningRate', 'clipNorm', 'profile']);
  const { learningRate, clipNorm = Infinity } = options;
  if (batches.length !== shards) {
    throw new InputError(
      `step: ${batches.length} batches were given, expected one for each of ${shards} shards.`,
    );
  }
  expectNonNegative('step', 'learningRate', learningRate);
  if (!(clipNorm >= 0)) {
    throw new InputError(`step: clipNorm is ${clipNorm}, expected a number of at least 0.`);
  }
  const items = batches.map((batch) => task.items(batch));
  items.forEach((count, shard) => {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new InputError(`step: batch ${shard} has ${count} items, expected a whole number of at least 0.`);
    }
  });
  const total = items.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new InputError('step: no batch has any item, expected at least one.');
  return items.map((count) => count / total);
}
