import { type LayerState, recurrentModel, scope, sum, tensor } from '../../src/index.ts';
import { batchOf } from './data.ts';
import { modelOf, type Variant, type Workload } from './definitions.ts';
import type { Prepared } from './training.ts';

/** Builds the model of a streaming workload: each step takes one row further, with the state of the step before. */
export function prepareStream(workload: Workload, variant: Variant): Prepared {
  const model = recurrentModel(modelOf(workload, variant));
  const parameters = model.initialise(1);
  const input = tensor(batchOf(workload).x, [workload.time, workload.batch, workload.input]);
  let state: readonly LayerState[] | undefined;
  return {
    model,
    parameters,
    step() {
      const { total, after } = scope(() => {
        const { y, state: after } = model.apply(parameters, input, { state });
        return { total: sum(y), after };
      });
      state = after;
      return total.item();
    },
  };
}
