import { openStream, recurrentModel } from '../../src/index.ts';
import { batchOf } from './data.ts';
import { modelOf, type Variant, type Workload } from './definitions.ts';
import type { Prepared } from './training.ts';

/** Builds the model of a streaming workload: each step takes one row further, with the state of the step before. */
export function prepareStream(workload: Workload, variant: Variant): Prepared {
  const model = recurrentModel(modelOf(workload, variant));
  const parameters = model.initialise(1);
  const stream = openStream(model, parameters);
  const { x } = batchOf(workload);
  const y = new Float32Array(workload.classes);
  return {
    model,
    parameters,
    step() {
      stream.step(x, y);
      return y.reduce((total, value) => total + value, 0);
    },
  };
}
