import type { Tensors } from '../../autograd/grad.ts';
import { explainLoss } from '../explain.ts';
import type { ParallelTask } from './task.ts';

/** What `explainLoss` says of the first shard of which it says anything. */
export function explainShards<Batch>(
  task: ParallelTask<Batch>,
  parameters: Tensors,
  batches: readonly Batch[],
): string | undefined {
  for (const batch of batches) {
    if (task.items(batch) === 0) continue;
    const found = explainLoss((current) => task.loss(current, batch), parameters);
    if (found !== undefined) return found;
  }
  return undefined;
}
