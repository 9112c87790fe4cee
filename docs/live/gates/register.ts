import {
  adam,
  mean,
  multiply,
  type Optimizer,
  type RecurrentModel,
  random,
  recurrentModel,
  subtract,
  type Tensors,
  tensor,
  trainStep,
} from 'compact-rnn';

/** A sequence for the register: the value on the line at each step, and whether it is to be stored. */
export interface Line {
  readonly values: readonly number[];
  readonly writes: readonly boolean[];
}

/** Steps of a sequence. */
export const STEPS = 16;
const BATCH = 32;

/** What a register holds at each step: the value stored last, and 0 before any. */
export function held({ values, writes }: Line): number[] {
  let stored = 0;
  return values.map((value, t) => {
    if (writes[t]) stored = value;
    return stored;
  });
}

/** A random sequence; one step in four stores. */
export function randomLine(...keys: (number | string)[]): Line {
  const stream = random('register', ...keys);
  const steps = Array.from({ length: STEPS }, () => ({
    value: Math.round(20 * (2 * stream.next() - 1)) / 20,
    write: stream.next() < 0.25,
  }));
  return { values: steps.map(({ value }) => value), writes: steps.map(({ write }) => write) };
}

/** An LSTM that learns to be a register: it reads value and write flag, and says what is stored. */
export class Register {
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  readonly #optimizer: Optimizer;
  #steps = 0;

  constructor(units: number) {
    this.model = recurrentModel({ inputSize: 2, layers: [{ hidden: units }], outputSize: 1 });
    this.parameters = this.model.initialise(2);
    this.#optimizer = adam(this.parameters);
  }

  get steps(): number {
    return this.#steps;
  }

  /** One update on new sequences; its mean squared error over all steps. */
  step(learningRate: number): number {
    const lines = Array.from({ length: BATCH }, (_, b) => randomLine('training', this.#steps, b));
    this.#steps++;
    const x = new Float32Array(STEPS * BATCH * 2);
    const wanted = new Float32Array(STEPS * BATCH);
    lines.forEach((line, b) => {
      held(line).forEach((stored, t) => {
        const row = t * BATCH + b;
        x.set([line.values[t], line.writes[t] ? 1 : 0], 2 * row);
        wanted[row] = stored;
      });
    });
    return trainStep(
      (p) => {
        const { y } = this.model.apply(p, tensor(x, [STEPS, BATCH, 2]));
        const difference = subtract(y, tensor(wanted, [STEPS, BATCH, 1]));
        return mean(multiply(difference, difference));
      },
      this.parameters,
      this.#optimizer,
      { learningRate, clipNorm: 1 },
    ).loss;
  }
}
