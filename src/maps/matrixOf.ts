import { scope } from '../tensor/scope.ts';
import { tensor } from '../tensor/tensor.ts';
import { allParameters, type LinearMap, toDense } from './linearMap.ts';

/** The matrix of a map, row-major, from plain values of its parameters by the names that the map knows. */
export function matrixOf(map: LinearMap, values: Readonly<Record<string, Float64Array>>): Float64Array {
  return scope(() => {
    const tensors = Object.entries(allParameters(map)).map(([name, { shape }]) => [
      name,
      tensor(values[name], shape, { dtype: 'float64' }),
    ]);
    return toDense(map, Object.fromEntries(tensors)).dataSync() as Float64Array;
  });
}
