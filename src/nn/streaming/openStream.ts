import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { currentScope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { namingOf } from '../places.ts';
import type { RecurrentModel } from '../recurrentModel.ts';
import { RecurrentStream, type StreamWeights } from './recurrentStream.ts';
import { StreamMemory } from './streamMemory.ts';

export interface StreamOptions {
  /**
   * How the matrices are kept: as the parameters are unless given, or in 8 bits with a scale for each row, a quarter of the
   * bytes (what is multiplied by transforms, biases and peepholes stay as they are).
   */
  readonly weights?: StreamWeights;
}

/**
 * Opens a stream: runs a trained model on one sequence, row by row. Its outputs are those of `model.apply` for a batch of
 * one, at less cost. Throws InputError when a layer is bidirectional, a parameter is missing or has another shape, dtype or
 * backend than expected, `weights` is neither int8 nor the parameters' dtype, the parameters are on the GPU, or a scope is
 * open.
 */
export function openStream(
  model: RecurrentModel,
  parameters: Tensors,
  { weights }: StreamOptions = {},
): RecurrentStream {
  const like = checkParameters(model, parameters);
  const bothWays = model.spec.layers.findIndex((layer) => layer.bidirectional);
  if (bothWays >= 0) {
    throw new InputError(
      `openStream: layer ${bothWays} is bidirectional and needs the end of a sequence, expected layers of one direction.`,
    );
  }
  if (weights !== undefined && weights !== 'int8' && weights !== like.dtype) {
    throw new InputError(
      `openStream: weights is ${JSON.stringify(weights)}, expected int8 or the parameters' own ${like.dtype}.`,
    );
  }
  if (!like.backend.readsAtOnce) {
    throw new InputError(
      `openStream: the parameters are on the ${like.backend.name} backend; streams run on the wasm and reference backends.`,
    );
  }
  if (currentScope() !== null) {
    throw new InputError(
      'openStream: it was opened inside a scope, expected outside of every scope: it lives longer.',
    );
  }
  const memory = new StreamMemory(like.backend, like.dtype);
  try {
    const stream = new RecurrentStream(model, parameters, weights ?? like.dtype, memory);
    memory.freeWith(stream);
    return stream;
  } catch (error) {
    memory.free();
    throw error;
  }
}

/** One of the parameters, when all are there and of its home. */
function checkParameters(model: RecurrentModel, parameters: Tensors): Tensor {
  let like: Tensor | null = null;
  const naming = namingOf(model);
  for (const name of Object.keys(model.parameters)) {
    const found = naming.parameter(name, parameters);
    like ??= found;
    if (found.dtype !== like.dtype || found.backend !== like.backend) {
      throw new InputError(
        `openStream: the parameter ${name} is ${found.dtype} on ${found.backend.name}, expected ${like.dtype} on ` +
          `${like.backend.name} as the others.`,
      );
    }
  }
  return like!;
}
