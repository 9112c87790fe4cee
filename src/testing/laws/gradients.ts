import { grad, type Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { applyMap, applyTranspose, type LinearMap, toDense } from '../../maps/linearMap.ts';
import { applyPlanned } from '../../maps/plan.ts';
import { add } from '../../ops/add.ts';
import { matmul } from '../../ops/matmul.ts';
import { multiply } from '../../ops/multiply.ts';
import { sum } from '../../ops/reduce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectDouble, expectEqual, type LawOptions, largest, largestOf, normOf } from './checks.ts';
import { denseForm } from './linearMap.ts';

/**
 * The gradient of a parameter that is used in several places is the sum of those by its uses alone. `uses` are the inputs of
 * each place; the loss of one is Σ (Ax ∘ y)². Throws InputError for fewer than two uses.
 */
export function sharedGradient(
  map: LinearMap,
  parameters: Tensors,
  uses: readonly { readonly x: Tensor; readonly y: Tensor }[],
  options?: LawOptions,
): void {
  if (uses.length < 2)
    throw new InputError(`sharedGradient: uses holds ${uses.length}, expected at least 2.`);
  for (const { x, y } of uses) expectDouble('sharedGradient', { ...parameters, x, y });
  const lossOf = (own: Tensors, { x, y }: (typeof uses)[number]): Tensor => {
    const product = multiply(applyMap(map, own, x), y);
    return sum(multiply(product, product));
  };
  const shared = grad((own: Tensors) => uses.map((use) => lossOf(own, use)).reduce(add))(parameters);
  const apart = uses.map((use) => grad((own: Tensors) => lossOf(own, use))(parameters));
  const scale = largestOf(apart);
  for (const name of Object.keys(parameters)) {
    const expected = apart.map((grads) => grads[name]).reduce(add);
    const names = [`the gradient by ${name}`, 'the sum over its uses'] as const;
    expectEqual('sharedGradient', map, names[0], shared[name], names[1], expected, { scale, ...options });
  }
}

/**
 * The map's fast product, of maps that have one, is the product with the matrix that it writes out, and so are the gradients
 * by every parameter and by what goes in; the same of `applyMap` and `applyTranspose`. The loss is ⟨Ax, y⟩.
 */
export function fastEqualsDense(
  map: LinearMap,
  parameters: Tensors,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  options?: LawOptions,
): void {
  denseForm(map, parameters, { x, y }, options);
  const transforms = (own: Tensors, v: Tensor) => applyPlanned(map, own, v, 'transforms');
  if (map.fast !== undefined) {
    const fast = transforms(parameters, x);
    const dense = matmul(x, toDense(map, parameters), { transposeB: true });
    expectEqual('fastEqualsDense', map, 'Ax by transforms', fast, 'the product with its matrix', dense, {
      scale: normOf(map, parameters) * largest(x),
      ...options,
    });
  }
  const gradsOf = (loss: (own: Tensors, vector: Tensor) => Tensor, vector: Tensor): Tensors =>
    grad(({ vector: input, ...own }: Tensors) => loss(own, input))({ ...parameters, vector });
  const denseGrads = {
    x: gradsOf((own, v) => sum(multiply(matmul(v, toDense(map, own), { transposeB: true }), y)), x),
    y: gradsOf((own, v) => sum(multiply(matmul(v, toDense(map, own)), x)), y),
  };
  const compare = (product: string, by: 'x' | 'y', grads: Tensors): void => {
    const scale = largestOf([denseGrads[by]]);
    for (const [name, expected] of Object.entries(denseGrads[by])) {
      const what = `the gradient of ${product} by ${name === 'vector' ? by : name}`;
      expectEqual('fastEqualsDense', map, what, grads[name], 'that of the matrix', expected, {
        scale,
        ...options,
      });
    }
  };
  compare(
    'Ax',
    'x',
    gradsOf((own, v) => sum(multiply(applyMap(map, own, v), y)), x),
  );
  compare(
    'Aᵀy',
    'y',
    gradsOf((own, v) => sum(multiply(applyTranspose(map, own, v), x)), y),
  );
  if (map.fast !== undefined) {
    compare(
      'Ax by transforms',
      'x',
      gradsOf((own, v) => sum(multiply(transforms(own, v), y)), x),
    );
  }
}
