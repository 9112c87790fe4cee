import { InputError } from '../errors.ts';
import { holdScopes } from '../tensor/scope.ts';
import { sameShape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { accumulate } from './accumulate.ts';
import { asOneGradient, checkGradients } from './anomaly.ts';
import { openContext } from './op.ts';
import { timed } from './profile.ts';
import { isWatched, type Node, type Recorder, withRecorder } from './recording.ts';

/**
 * What was computed from some watched tensors, in order: a Wengert list. Playing it backwards gives the gradient of a
 * result with respect to every watched tensor (reverse mode; Griewank & Walther 2008).
 */
export class Tape implements Recorder {
  readonly #watched = new Set<number>();
  readonly #nodes: Node[] = [];

  /** Records all ops on `sources`, and on what follows from them, while `body` runs. */
  record<T>(sources: readonly Tensor[], body: () => T): T {
    for (const source of sources) this.#watched.add(source.id);
    const release = holdScopes();
    try {
      return withRecorder(this, body);
    } finally {
      release();
    }
  }

  /** ∂ result / ∂ source for each source, weighted by `seed` (of the result's shape); null where there is no path. */
  gradients(result: Tensor, seed: Tensor, sources: readonly Tensor[]): (Tensor | null)[] {
    const grads = new Map<number, Tensor>([[result.id, seed]]);
    for (let index = this.#nodes.length - 1; index >= 0; index--) {
      const node = this.#nodes[index];
      const outputGrads = node.outputs.map((output) => grads.get(output.id) ?? null);
      if (outputGrads.every((grad) => grad === null)) continue;
      const inputGrads = pullBack(node, outputGrads, this.#watched);
      for (let i = 0; i < node.inputs.length; i++) {
        const input = node.inputs[i];
        const grad = inputGrads[i];
        if (grad === null || !this.#watched.has(input.id)) continue;
        const sum = grads.get(input.id);
        grads.set(input.id, sum === undefined ? grad : accumulate(sum, grad));
      }
    }
    return sources.map((source) => grads.get(source.id) ?? null);
  }

  /** Called by every op. */
  note(node: Node): void {
    if (!node.inputs.some((input) => this.#watched.has(input.id))) return;
    for (const output of node.outputs) this.#watched.add(output.id);
    this.#nodes.push(node);
  }

  watches(tensor: Tensor): boolean {
    return this.#watched.has(tensor.id);
  }
}

function pullBack(
  node: Node,
  grads: readonly (Tensor | null)[],
  watched: ReadonlySet<number>,
): readonly (Tensor | null)[] {
  const { op, inputs, outputs, saved, attributes } = node;
  const { definition } = op;
  const needs = inputs.map((input) => watched.has(input.id));
  // Spelt out: to spread the node takes a third of a small op's whole time.
  const call = { inputs, outputs, saved, attributes, grads, needs };
  let result: readonly (Tensor | null)[];
  if (definition.vjp !== undefined) result = asOneGradient(() => definition.vjp!(call));
  else if (definition.backward !== undefined) {
    if (isWatched([...node.inputs, ...grads.filter((grad) => grad !== null)])) {
      throw new InputError(
        `${definition.name} is a fused op with a first-order gradient: it cannot be differentiated twice.`,
      );
    }
    const context = openContext(node.inputs[0]);
    context.backend.begin?.(`the gradient of ${definition.name}`);
    result = timed(definition.name, () => definition.backward!(context, call));
  } else throw new InputError(`${definition.name} is not differentiable.`);
  checkGradients(node, result);
  for (let i = 0; i < result.length; i++) {
    const grad = result[i];
    if (grad !== null && !sameShape(grad.shape, node.inputs[i].shape)) {
      throw new Error(
        `The gradient of ${definition.name} for input ${i} has shape ${show(grad.shape)}, not ${show(node.inputs[i].shape)}.`,
      );
    }
  }
  return result;
}
