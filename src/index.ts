/**
 * The engine: tensors, automatic differentiation, structured maps, recurrent models, optimizers and training.
 *
 * @module compact-rnn
 */

export * from './autograd/index.ts';
export {
  type Backend,
  type BackendName,
  backend,
  type Choice,
  chooseBackend,
  type DType,
  defaultBackend,
  type GpuMode,
  startBackend,
  useBackend,
} from './backends/index.ts';
export { InputError } from './errors.ts';
export * from './maps/index.ts';
export * from './nn/index.ts';
export * from './ops/index.ts';
export * from './optim/index.ts';
export * from './tensor/index.ts';
export * from './train/index.ts';
