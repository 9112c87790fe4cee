import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Node } from './recording.ts';

/** The first op whose result or gradient is not finite. */
export class AnomalyError extends InputError {
  readonly op: string;
  /** Whether the result or the gradient is not finite. */
  readonly direction: 'forward' | 'backward';
  /** What the op is a part of, such as a layer. */
  readonly place: string | undefined;
  /** From 0. */
  readonly timeStep: number | undefined;

  constructor(
    op: string,
    direction: AnomalyError['direction'],
    tensor: Tensor,
    index: number,
    place?: Place,
  ) {
    const timeStep = place === undefined ? undefined : timeStepOf(tensor, index, place);
    const what = direction === 'forward' ? `The result of ${op}` : `The gradient of ${op}`;
    const where = place === undefined ? '' : ` in ${place.name}`;
    const when = timeStep === undefined ? '' : `, time step ${timeStep}`;
    super(`${what}${where}${when}, shape ${show(tensor.shape)}, holds ${tensor.dataSync()[index]}.`);
    this.op = op;
    this.direction = direction;
    this.place = place?.name;
    this.timeStep = timeStep;
  }
}

/**
 * Runs `body` and looks at every result and every gradient of an op in it, which takes several times as long.
 * Throws AnomalyError at the first that holds a number which is not finite, and InputError on the GPU, where numbers cannot be
 * read at once.
 */
export function detectAnomaly<T>(body: () => T): T {
  const outer = places;
  places = new WeakMap();
  try {
    return body();
  } finally {
    places = outer;
  }
}

/** For layers: names what the ops in `body` are a part of, on a sequence `[T, B, ·]`. */
export function inPlace<T>(name: string, sequence: Tensor, body: () => T): T {
  if (places === null) return body();
  const outer = current;
  current = { name, time: sequence.shape[0], batch: sequence.shape[1] };
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** For ops: looks at the results of one. */
export function checkResults(op: string, outputs: readonly Tensor[]): void {
  if (places === null) return;
  for (const output of outputs) {
    if (current !== undefined) places.set(output, current);
    const index = output.dataSync().findIndex((value) => !Number.isFinite(value));
    if (index >= 0) throw new AnomalyError(op, 'forward', output, index, current);
  }
}

/** For tapes: runs the ops that a gradient is made of, which is looked at as a whole. */
export function asOneGradient<T>(body: () => T): T {
  const outer = places;
  places = null;
  try {
    return body();
  } finally {
    places = outer;
  }
}

/** For tapes: looks at the gradients that an op passes on. */
export function checkGradients({ op, outputs }: Node, grads: readonly (Tensor | null)[]): void {
  if (places === null) return;
  for (const grad of grads) {
    // Gradients flow from the last step to the first.
    const index = grad?.dataSync().findLastIndex((value) => !Number.isFinite(value)) ?? -1;
    if (index >= 0) {
      const place = places.get(outputs[0]);
      throw new AnomalyError(op.definition.name, 'backward', grad!, index, place);
    }
  }
}

interface Place {
  readonly name: string;
  readonly time: number;
  readonly batch: number;
}

/** The step that an element belongs to, where the tensor has a row for each step, or for each step and sequence. */
function timeStepOf({ shape, size }: Tensor, index: number, { time, batch }: Place): number | undefined {
  const [rows] = shape;
  const isSequence = (shape.length === 3 && rows === time) || (shape.length === 2 && rows === time * batch);
  return isSequence ? Math.floor(index / (size / time)) : undefined;
}

/** Where results came from; null while nobody looks for anomalies. */
let places: WeakMap<Tensor, Place> | null = null;
let current: Place | undefined;
