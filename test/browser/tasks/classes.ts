import { adam, crossEntropy, type ParallelTask, recurrentModel, tensor } from '../../../src/index.ts';

export const model = recurrentModel({
  inputSize: 3,
  layers: [{ hidden: 8, input: 'circulant', recurrent: { sharedLowRank: 3 } }],
  outputSize: 4,
});

/** `count` sequences of two steps: values `[2, count, 3]`, and the class of each row. */
export interface Batch {
  readonly count: number;
  readonly values: Float32Array;
  readonly classes: readonly number[];
}

export default function task(): ParallelTask<Batch> {
  return {
    optimizer: (parameters) => adam(parameters),
    items: ({ classes }) => classes.length,
    loss(parameters, { count, values, classes }) {
      if (values.length === 0) throw new Error('a batch without values');
      return crossEntropy(model.apply(parameters, tensor(values, [2, count, 3])).y, classes);
    },
  };
}
