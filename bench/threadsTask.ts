import { crossEntropy, type ParallelTask, recurrentModel, sgd, tensor } from '../src/index.ts';

/** A stack of LSTM layers with a class for every time step. */
export interface Workload {
  readonly name: string;
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly layers: number;
  readonly hidden: number;
  readonly classes: number;
  /** Rank of every LSTM matrix; dense without it. */
  readonly rank?: number;
}

/** `count` sequences: values `[time, count, input]`, and the class of each row. */
export interface Sequences {
  readonly count: number;
  readonly values: Float32Array;
  readonly classes: readonly number[];
}

export function modelOf({ input, layers, hidden, classes, rank }: Workload) {
  const map = rank === undefined ? 'dense' : { lowRank: rank };
  const layer = { hidden, input: map, recurrent: map } as const;
  return recurrentModel({ inputSize: input, layers: new Array(layers).fill(layer), outputSize: classes });
}

/** What `benchThreads` trains; each of its threads loads this module. */
export default function task(workload: Workload): ParallelTask<Sequences> {
  const model = modelOf(workload);
  return {
    optimizer: (parameters) => sgd(parameters),
    items: ({ classes }) => classes.length,
    loss(parameters, { count, values, classes }) {
      const x = tensor(values, [workload.time, count, workload.input]);
      return crossEntropy(model.apply(parameters, x).y, classes);
    },
  };
}
