import { type Tensors, valueAndGrad } from '../../autograd/grad.ts';
import { type BackendName, backend } from '../../backends/index.ts';
import { random } from '../../tensor/random.ts';
import { type Tensor, type TensorOptions, tensor } from '../../tensor/tensor.ts';
import { contraction, type TensorTree, tensorKind, totalSize } from '../contraction.ts';
import { leavesOf, replaceLeaves } from '../gradcheck/tree.ts';
import { expectDouble, expectNear, type LawOptions, largest } from './checks.ts';

/** A function of tensors in nested records, to others. */
type Function<Inputs> = (inputs: Inputs) => TensorTree;

export interface AgreementOptions extends LawOptions {
  /** Where float32 runs; `wasm` unless given. */
  readonly backend?: BackendName;
  /** Numbers below this count as no larger: sums that cancel are no more exact than their terms; 0 unless given. */
  readonly floor?: number;
}

/**
 * `f` in float32 on a backend gives what it gives in float64: every output, and the gradient of all of them, weighted at
 * random, by every input. `inputs` are float64 and rounded first, so that both begin with the same numbers; errors are
 * relative to a tensor's largest entry, 1e-5 unless `tolerance` says otherwise.
 */
export function backendAgreement<Inputs extends TensorTree>(
  f: Function<Inputs>,
  inputs: Inputs,
  { backend: name = 'wasm', tolerance = 1e-5, floor = 0 }: AgreementOptions = {},
): void {
  const law = 'backendAgreement';
  const single = movedTo(inputs, law, { backend: backend(name) });
  const rounded = movedTo(single, law, { dtype: 'float64' });
  compareAll(`${law}: `, [differentiated(f, single), name], [differentiated(f, rounded), 'float64'], {
    tolerance,
    floor,
  });
}

/**
 * A fused function is the composition that defines it, in float64: every output, and the gradient of all of them, weighted
 * at random, by every input.
 */
export function fusedEqualsComposed<Inputs extends TensorTree>(
  fused: Function<Inputs>,
  composed: Function<Inputs>,
  inputs: Inputs,
  { tolerance = 1e-9, floor = 0 }: LawOptions & Pick<AgreementOptions, 'floor'> = {},
): void {
  const law = 'fusedEqualsComposed';
  for (const { name, leaf } of leavesOf<Tensor>(inputs, tensorKind)) expectDouble(law, { [name]: leaf });
  const [left, right] = [fused, composed].map((f) => differentiated(f, inputs));
  compareAll(`${law}: `, [left, 'fused'], [right, 'composed'], { tolerance, floor });
}

/** Outputs by their names, and gradients by `the gradient by` the input's. */
function differentiated<Inputs extends TensorTree>(f: Function<Inputs>, inputs: Inputs): Tensors {
  const leaves = leavesOf<Tensor>(inputs, tensorKind);
  const run = (p: Tensors) =>
    leavesOf<Tensor>(
      f(replaceLeaves<Tensor, Tensor>(inputs, tensorKind, Object.values(p).values()) as Inputs),
      tensorKind,
    );
  const own = Object.fromEntries(leaves.map(({ leaf }, i) => [`x${i}`, leaf]));
  const outputs = run(own);
  const stream = random(0, 'agreement');
  const size = totalSize(outputs.map(({ leaf }) => leaf));
  const weights = Float64Array.from({ length: size }, () => 2 * stream.next() - 1);
  const { grads } = valueAndGrad((p: Tensors) =>
    contraction(
      run(p).map(({ leaf }) => leaf),
      weights,
    ),
  )(own);
  return Object.fromEntries([
    ...outputs.map(({ name, leaf }) => [`output ${name}`, leaf]),
    ...leaves.map(({ name }, i) => [`the gradient by ${name}`, grads[`x${i}`]]),
  ]);
}

function compareAll(
  where: string,
  [left, leftName]: readonly [Tensors, string],
  [right, rightName]: readonly [Tensors, string],
  { tolerance, floor }: { readonly tolerance: number; readonly floor: number },
): void {
  for (const [what, expected] of Object.entries(right)) {
    const scale = Math.max(floor, largest(expected));
    const names = [`${what} (${leftName})`, `${what} (${rightName})`] as const;
    expectNear(where, names[0], left[what], names[1], expected, { scale, tolerance });
  }
}

function movedTo<Inputs extends TensorTree>(inputs: Inputs, law: string, options: TensorOptions): Inputs {
  const moved = leavesOf<Tensor>(inputs, tensorKind).map(({ name, leaf }) => {
    if (options.dtype !== 'float64') expectDouble(law, { [name]: leaf });
    return tensor(leaf.dataSync(), leaf.shape, options);
  });
  return replaceLeaves<Tensor, Tensor>(inputs, tensorKind, moved.values()) as Inputs;
}
