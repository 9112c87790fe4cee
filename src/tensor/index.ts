export { type Random, random } from './random.ts';
export { scope } from './scope.ts';
export type { Shape } from './shape.ts';
export { full, type Nested, ones, Tensor, type TensorOptions, tensor, zeros } from './tensor.ts';
