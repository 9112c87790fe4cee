import {
  add,
  type Backend,
  multiply,
  type Op,
  type OpSample,
  random,
  registry,
  scope,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import type { RegistryCheck } from './figures.ts';

/** Of `relativeError`, for what primitives give, and for gradients and what fused ops give. */
export const bounds = { primitive: 1e-6, other: 1e-5 };

/** Compares every sample of every op on a backend, forward and gradient, with the float64 reference. */
export async function checkRegistry(backend: Backend): Promise<RegistryCheck> {
  const failures: string[] = [];
  let [samples, worstPrimitive, worstOther] = [0, 0, 0];
  const compare = async (what: string, isPrimitive: boolean, found: Tensor, expected: Tensor) => {
    const error = relativeError(await found.data(), expected.dataSync());
    if (isPrimitive) worstPrimitive = Math.max(worstPrimitive, error);
    else worstOther = Math.max(worstOther, error);
    if (!(error < (isPrimitive ? bounds.primitive : bounds.other))) failures.push(`${what}: ${error}`);
  };
  for (const [name, op] of registry()) {
    for (const [index, sample] of op.definition.samples.entries()) {
      samples++;
      const what = `${name}, sample ${index}`;
      try {
        const values = valuesOf(op, sample);
        const [found, expected] = [
          outputsAndGrads(op, sample, values, backend),
          outputsAndGrads(op, sample, values),
        ];
        for (const [o, output] of found.outputs.entries()) {
          await compare(`${what}, output ${o}`, !isFused(name), output, expected.outputs[o]);
        }
        for (const [i, grad] of found.grads.entries()) {
          await compare(`${what}, gradient ${i}`, false, grad, expected.grads[i]);
        }
      } catch (error) {
        failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return { ops: registry().size, samples, worstPrimitive, worstOther, failures };
}

/** Whether an op is a whole sequence or recursion, in which roundings add up. */
export const isFused = (name: string): boolean => name.endsWith('Sequence') || name === 'ctcLoss';

/** The largest difference, relative to the largest reference value; Infinity for NaN. */
export function relativeError(found: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (found.length !== reference.length) return Infinity;
  let [difference, scale] = [0, 1e-30];
  for (let i = 0; i < reference.length; i++) {
    const own = Math.abs(found[i] - reference[i]);
    difference = Math.max(difference, Number.isNaN(own) ? Infinity : own);
    scale = Math.max(scale, Math.abs(reference[i]));
  }
  return difference / scale;
}

/** Values for a sample's inputs that float32 holds exactly, away from kinks. */
export function valuesOf(op: Op, sample: OpSample<unknown>): Float64Array[] {
  const [low, high] = sample.range ?? [-2, 2];
  for (let seed = 0; ; seed++) {
    const stream = random(seed, 'registry', op.definition.name);
    const values = sample.shapes.map((shape) =>
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        Math.fround(low + (high - low) * stream.next()),
      ),
    );
    if ((op.definition.kink?.(values, sample.attributes) ?? 1) > 1e-2) return values;
  }
}

/** All outputs of an op, and the gradient of their weighted sum; in float64 on the reference unless a backend is given. */
export function outputsAndGrads(
  op: Op,
  sample: OpSample<unknown>,
  values: Float64Array[],
  backend?: Backend,
) {
  const home = backend === undefined ? { dtype: 'float64' as const } : { backend };
  const inputs = Object.fromEntries(
    values.map((value, i) => [`${i}`, tensor(value, sample.shapes[i], home)]),
  );
  return scope(() => {
    let outputs: readonly Tensor[] = [];
    const loss = (given: Tensors): Tensor => {
      outputs = op.apply(Object.values(given), sample.attributes);
      return outputs
        .map((output, o) => {
          const stream = random(o, 'weights');
          const weights = Float32Array.from({ length: output.size }, () => 2 * stream.next() - 1);
          return sum(multiply(output, tensor(weights, output.shape, home)));
        })
        .reduce((a, b) => add(a, b));
    };
    const { grads } = valueAndGrad(loss)(inputs);
    return { outputs, grads: Object.values(grads) };
  });
}
