import {
  adam,
  crossEntropy,
  type Optimizer,
  type RecurrentModel,
  recurrentModel,
  sgd,
  type Tensors,
  tensor,
  trainStep,
} from '../../src/index.ts';
import { batchOf } from './data.ts';
import { learningRate, modelOf, type Variant, type Workload } from './definitions.ts';

/** A workload ready to run. */
export interface Prepared {
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  /** One whole step on the workload's batch: forward, loss, backward, update. Returns the loss. */
  readonly step: () => number;
}

/** Builds the model of a training workload and its optimizer, with parameters from seed 1. */
export function prepareTraining(workload: Workload, variant: Variant): Prepared {
  const model = recurrentModel(modelOf(workload, variant));
  const parameters = model.initialise(1);
  const optimizer: Optimizer = workload.task === 'adam' ? adam(parameters) : sgd(parameters);
  const { x, classes } = batchOf(workload);
  const input = tensor(x, [workload.time, workload.batch, workload.input]);
  const loss = (current: Tensors) => crossEntropy(model.apply(current, input).y, classes);
  return {
    model,
    parameters,
    step: () => trainStep(loss, parameters, optimizer, { learningRate }).loss,
  };
}
