import { adam, backend as backendOf, crossEntropy, multiply, recurrentModel, sgd, tensor } from 'compact-rnn';

const factories = { adam: (p) => adam(p), sgd: (p) => sgd(p, { momentum: 0.9 }), broken, global };

export const model = recurrentModel({
  inputSize: 3,
  layers: [{ hidden: 8, input: 'circulant', recurrent: { sharedLowRank: 3 } }, { hidden: 5 }],
  outputSize: 4,
});

/**
 * The class of every row of `count` sequences: a batch is { time, count, values [time, count, 3], classes, seed }, and
 * `trouble` for what can go wrong on a thread.
 */
export default function task({ optimizer = 'adam', dropout = 0, dtype = 'float32', backend = 'wasm' } = {}) {
  const home = { dtype, backend: backendOf(backend) };
  return {
    optimizer: factories[optimizer],
    items: ({ classes }) => classes.length,
    loss(parameters, { time, count, values, classes, seed, trouble }) {
      if (trouble === 'throw') throw new Error(`a bug with seed ${seed}`);
      if (trouble === 'exit') process.exit(3);
      if (trouble === 'later') setTimeout(() => Promise.reject(new Error('too late')), 0);
      const x = tensor(values, [time, count, 3], home);
      const options = dropout > 0 ? { dropout: { rate: dropout, seed } } : {};
      const loss = crossEntropy(model.apply(parameters, x, options).y, classes);
      return trouble === 'infinite' ? multiply(loss, Number.POSITIVE_INFINITY) : loss;
    },
  };
}

/** Fails in its first update, wherever it has the output layer's bias. */
function broken(parameters) {
  const { update, state } = sgd(parameters);
  return {
    state,
    update(...all) {
      if ('head.bias' in parameters) throw new Error('the optimizer broke');
      update(...all);
    },
  };
}

/** Keeps something that belongs to no parameter. */
function global(parameters) {
  const { update, state } = sgd(parameters);
  const size = Object.keys(parameters).length;
  return { update, state: { ...state, tensors: { ...state.tensors, [`of ${size}`]: tensor([1]) } } };
}
