import { grad, type Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { random } from '../../tensor/random.ts';
import { show } from '../../tensor/shape.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { contraction, tensorKind as kind, type TensorTree, totalSize } from '../contraction.ts';
import { type CheckOptions, check, type GradcheckResult } from './check.ts';
import { numbersAsCode, type Subject } from './subject.ts';
import { leavesOf, replaceLeaves, treeAsCode } from './tree.ts';

export interface GradcheckOptions<Inputs = TensorTree> extends CheckOptions {
  /** 2 to check the gradient of the gradient as well, of functions without first-order ops; 1 unless given. */
  readonly order?: 1 | 2;
  /** How far inputs are from the nearest point without a derivative, where that is known: no difference reaches across. */
  readonly kink?: (inputs: Inputs) => number;
}

/**
 * Compares the gradient of `f` with differences, in float64. `f` takes tensors in nested records or arrays and returns as
 * many; its outputs are contracted with random weights, and every input is moved along random directions, or, for the
 * Jacobian, entry by entry. At a kink a gradient passes that lies between the slopes from below and from above, and the
 * result names both. Returns the comparisons; throws GradcheckError, with the place, both numbers and code that reproduces
 * them, for a relative error above the tolerance, and InputError for float32 inputs or nothing to compare.
 */
export function gradcheck<Inputs extends TensorTree>(
  f: (inputs: Inputs) => TensorTree,
  inputs: Inputs,
  options: GradcheckOptions<Inputs> = {},
): GradcheckResult[] {
  const leaves = leavesOf<Tensor>(inputs, kind);
  for (const { name, leaf } of leaves) {
    if (leaf.dtype !== 'float64')
      throw new InputError(`gradcheck: input ${name} is ${leaf.dtype}, expected float64.`);
  }
  const { order = 1, kink, seed = 0 } = options;
  const treeOf = (values: readonly Float64Array[]) =>
    replaceLeaves<Tensor, Tensor>(inputs, kind, tensorsOf(leaves, values).values()) as Inputs;
  const distance = kink === undefined ? () => 0 : (values: readonly Float64Array[]) => kink(treeOf(values));
  const call = f.name === '' ? 'f' : f.name;

  const subject = (g: (own: readonly Tensor[]) => readonly Tensor[], own: number): Subject => ({
    inputs: leaves.map(({ name, leaf }) => ({ name, values: leaf.dataSync() as Float64Array })),
    order: own,
    value: (values) => joined(g(tensorsOf(leaves, values))),
    pullBack(values, weights) {
      const grads = grad((p: Tensors) => contraction(g(Object.values(p)), weights))(
        numbered(tensorsOf(leaves, values)),
      );
      return leaves.map((_, i) => grads[keyOf(i)].dataSync() as Float64Array);
    },
    asCode(values, given) {
      const code = leaves.map(
        ({ leaf }, i) => `tensor(${numbersAsCode(values[i])}, ${show(leaf.shape)}, { dtype: 'float64' })`,
      );
      return `gradcheck(${call}, ${treeAsCode(replaceLeaves(inputs, kind, code.values()))}, ${given});`;
    },
  });

  const own = (tensors: readonly Tensor[]): readonly Tensor[] =>
    leavesOf(f(replaceLeaves<Tensor, Tensor>(inputs, kind, tensors.values()) as Inputs), kind).map(
      ({ leaf }) => leaf,
    );
  const results = check(subject(own, 1), options, distance);
  if (order === 1) return results;
  // The gradient of the outputs, weighted at random, is itself a function of the inputs.
  const gradient = (tensors: readonly Tensor[]): readonly Tensor[] => {
    const weighted = (p: Tensors) => {
      const outputs = own(Object.values(p));
      const size = outputs.reduce((total, output) => total + output.size, 0);
      const stream = random(seed, 'weights', 'gradient');
      return contraction(
        outputs,
        Float64Array.from({ length: size }, () => 2 * stream.next() - 1),
      );
    };
    const grads = grad(weighted)(numbered(tensors));
    return tensors.map((_, i) => grads[keyOf(i)]);
  };
  return [...results, ...check(subject(gradient, 2), options, distance)];
}

// Letters: keys that are numbers would lose their order.
const keyOf = (place: number): string => `x${place}`;

const numbered = (tensors: readonly Tensor[]): Tensors =>
  Object.fromEntries(tensors.map((one, i) => [keyOf(i), one]));

const tensorsOf = (like: readonly { readonly leaf: Tensor }[], values: readonly Float64Array[]): Tensor[] =>
  like.map(({ leaf }, i) => tensor(values[i], leaf.shape, { dtype: 'float64', backend: leaf.backend }));

function joined(tensors: readonly Tensor[]): Float64Array {
  const values = new Float64Array(totalSize(tensors));
  let offset = 0;
  for (const one of tensors) {
    values.set(one.dataSync(), offset);
    offset += one.size;
  }
  return values;
}
