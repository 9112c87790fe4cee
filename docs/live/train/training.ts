import {
  adam,
  type LayerSpec,
  mean,
  multiply,
  type Optimizer,
  type RecurrentModel,
  recurrentModel,
  reshape,
  scope,
  slice,
  subtract,
  summarise,
  type Tensor,
  type Tensors,
  tensor,
  trainStep,
} from 'compact-rnn';
import { addingProblem, type Sequences } from './adding.ts';

/** How the recurrent layers' matrices are built; the first layer's input map is dense always, since it reads two numbers. */
export const STRUCTURES = ['dense', 'lowRank', 'circulant', 'toeplitzLike', 'hybrid'] as const;
export type Structure = (typeof STRUCTURES)[number];

export interface Choices {
  readonly structure: Structure;
  readonly hidden: number;
  readonly rank: number;
  readonly learningRate: number;
  /** Steps of a sequence. */
  readonly length: number;
}

/** Two layers of one width. The hybrid is that of Lu et al. 2016: Toeplitz-like below, shared low rank above. */
export function layersOf({ structure, hidden, rank }: Choices): readonly LayerSpec[] {
  const maps = {
    dense: 'dense',
    lowRank: { lowRank: rank },
    circulant: 'circulant',
    toeplitzLike: { toeplitzLike: rank },
  } as const;
  if (structure === 'hybrid') {
    return [
      { hidden, recurrent: { toeplitzLike: rank } },
      { hidden, input: { lowRank: 2 * rank }, recurrent: { sharedLowRank: 2 * rank } },
    ];
  }
  const map = maps[structure];
  return [
    { hidden, recurrent: map },
    { hidden, input: map, recurrent: map },
  ];
}

export const modelOf = (choices: Choices): RecurrentModel =>
  recurrentModel({ inputSize: 2, layers: layersOf(choices), outputSize: 1 });

/** Parameters of the recurrent layers, and those of dense layers of the same width. */
export function countsOf(choices: Choices) {
  const { rows, lstmParameters } = summarise(modelOf(choices));
  const { lstmParameters: dense } = summarise(modelOf({ ...choices, structure: 'dense' }));
  return { rows, lstmParameters, dense };
}

/** Sequences of an update, and of the held-out set. */
const [BATCH, HELD_OUT] = [32, 256];

/** A model that learns the adding problem, one update at a time. */
export class Training {
  readonly choices: Choices;
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  readonly #optimizer: Optimizer;
  readonly #heldOut: Sequences;
  #steps = 0;

  constructor(choices: Choices) {
    this.choices = choices;
    this.model = modelOf(choices);
    this.parameters = this.model.initialise(1);
    this.#optimizer = adam(this.parameters);
    this.#heldOut = addingProblem(choices.length, HELD_OUT, 'held out');
  }

  get steps(): number {
    return this.#steps;
  }

  /** One update on new sequences; its mean squared error. */
  step(): number {
    const batch = addingProblem(this.choices.length, BATCH, 'training', this.#steps++);
    const options = { learningRate: this.choices.learningRate, clipNorm: 1 };
    return trainStep((p) => this.#error(p, batch), this.parameters, this.#optimizer, options).loss;
  }

  /** On sequences never trained on: the mean squared error, and the share of sums within 0.1. */
  evaluate(): { error: number; accuracy: number } {
    const { sums } = this.#heldOut;
    const answers = scope(() => this.#answers(this.parameters, this.#heldOut).dataSync());
    let [square, right] = [0, 0];
    answers.forEach((answer, b) => {
      square += (answer - sums[b]) ** 2;
      if (Math.abs(answer - sums[b]) < 0.1) right++;
    });
    return { error: square / sums.length, accuracy: right / sums.length };
  }

  #error(parameters: Tensors, sequences: Sequences): Tensor {
    const difference = subtract(this.#answers(parameters, sequences), tensor(sequences.sums));
    return mean(multiply(difference, difference));
  }

  /** What the model says at the last step, [count]. */
  #answers(parameters: Tensors, { length, count, x }: Sequences): Tensor {
    const { y } = this.model.apply(parameters, tensor(x, [length, count, 2]));
    return reshape(slice(y, [length - 1], [1]), [count]);
  }
}
