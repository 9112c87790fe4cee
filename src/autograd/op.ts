import type { FloatArray } from '../../kernels/types.ts';
import type { Backend, Kernels, RawBuffer } from '../backends/index.ts';
import { InputError, shown } from '../errors.ts';
import { currentScope, type Scope, scope } from '../tensor/scope.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';
import { checkResults } from './anomaly.ts';
import { timed } from './profile.ts';
import { record } from './recording.ts';

/** One application of an op, as its gradient sees it. */
export interface OpCall<Attributes> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What `forward` returned to be kept for the gradient. */
  readonly saved: readonly Tensor[];
  readonly attributes: Attributes;
  /** ∂L/∂output for each output; null where the loss does not depend on it. */
  readonly grads: readonly (Tensor | null)[];
  /** Which inputs the gradient is wanted for. */
  readonly needs: readonly boolean[];
}

/** A case for the tests of an op: shapes to fill with random numbers, or tensors' values themselves. */
export interface OpSample<Attributes> {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** Values are drawn uniformly from here; −2 to 2 unless given. */
  readonly range?: readonly [number, number];
}

/** Inputs that an op must refuse, with what its message must say. */
export interface OpErrorSample<Attributes> extends OpSample<Attributes> {
  readonly message: RegExp;
}

/** Everything about one op, declared in one place. */
export interface OpDefinition<Attributes> {
  readonly name: string;
  /** Shapes of the outputs. Throws InputError naming the op, the argument, what was found and what was expected. */
  shapes(inputs: readonly Shape[], attributes: Attributes): readonly Shape[];
  /** Computes the outputs with kernels; what it returns is saved for the gradient. */
  forward?(
    context: OpContext,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    attributes: Attributes,
  ): readonly Tensor[] | void;
  /** In place of `forward`, for an output that is the input's own numbers under another shape. */
  alias?(input: Tensor, attributes: Attributes): Tensor;
  /** Vector–Jacobian product written with ops, so that gradients of gradients work: one entry per input. */
  vjp?(call: OpCall<Attributes>): readonly (Tensor | null)[];
  /** Vector–Jacobian product written with kernels, for fused ops: first order only. */
  backward?(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[];
  readonly samples: readonly OpSample<Attributes>[];
  readonly errors: readonly OpErrorSample<Attributes>[];
  /** How far the inputs are from the nearest point without a derivative; omitted when there is none. */
  kink?(inputs: readonly FloatArray[], attributes: Attributes): number;
}

/** A defined op: its declaration, and the way to apply it. */
export interface Op<Attributes = unknown> {
  readonly definition: OpDefinition<Attributes>;
  apply(inputs: readonly Tensor[], attributes: Attributes): readonly Tensor[];
}

/** Registers an op. Throws when the name is taken or the declaration is incomplete. */
export function defineOp<Attributes = null>(definition: OpDefinition<Attributes>): Op<Attributes> {
  if (registered.has(definition.name)) throw new Error(`The op ${definition.name} is defined twice.`);
  if ((definition.forward === undefined) === (definition.alias === undefined)) {
    throw new Error(`The op ${definition.name} needs either forward or alias.`);
  }
  if (definition.vjp !== undefined && definition.backward !== undefined) {
    throw new Error(`The op ${definition.name} has both vjp and backward.`);
  }
  const op: Op<Attributes> = {
    definition,
    apply: (inputs, attributes) => applyOp(op, inputs, attributes),
  };
  registered.set(definition.name, op as Op);
  return op;
}

/** Every op that has been defined, by name. */
export const registry = (): ReadonlyMap<string, Op> => registered;

/** What an op's kernels work with: buffers on the backend of its inputs. */
export class OpContext {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly #like: Storage;
  readonly #scope: Scope;

  constructor(like: Tensor, scope: Scope) {
    this.backend = like.backend;
    this.kernels = like.backend.kernels;
    this.#like = like.storage;
    this.#scope = scope;
  }

  buffer(tensor: Tensor): RawBuffer {
    return tensor.buffer(this.#scope);
  }

  /** A tensor of the inputs' dtype that a kernel is about to write. */
  allocate(shape: Shape): Tensor {
    return new Tensor(Storage.inArena(this.backend, this.#like.dtype, sizeOf(shape), this.#scope), shape);
  }

  zeros(shape: Shape): Tensor {
    const tensor = this.allocate(shape);
    this.kernels.fill(this.buffer(tensor), tensor.size, 0);
    return tensor;
  }

  integers(values: ArrayLike<number>): RawBuffer {
    return this.backend.uploadIntegers(values);
  }

  doubles(size: number): RawBuffer {
    return this.backend.allocateDoubles(size);
  }

  /** The buffer that begins `elements` further on. */
  at(buffer: RawBuffer, elements: number): RawBuffer {
    return this.backend.at(buffer, elements);
  }
}

/** A context for kernels outside the ops (optimizers), on the backend of `like`, in the open scope. */
export function openContext(like: Tensor): OpContext {
  const open = currentScope();
  if (open === null) throw new Error('openContext was called outside every scope.');
  open.enter(like.backend);
  return new OpContext(like, open);
}

const registered = new Map<string, Op>();

function applyOp<Attributes>(
  op: Op<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): readonly Tensor[] {
  if (currentScope() === null) return scope(() => applyOp(op, inputs, attributes));
  const { definition } = op;
  checkHomes(definition.name, inputs);
  const shapes = definition.shapes(
    inputs.map((input) => input.shape),
    attributes,
  );
  let outputs: readonly Tensor[];
  let saved: readonly Tensor[] = [];
  if (definition.alias !== undefined) {
    inputs[0].storage.checkLive();
    outputs = [definition.alias(inputs[0], attributes)];
  } else {
    const context = openContext(inputs[0]);
    context.backend.begin?.(definition.name);
    outputs = shapes.map((shape) => context.allocate(shape));
    saved = timed(definition.name, () => definition.forward!(context, inputs, outputs, attributes)) ?? [];
    checkResults(definition.name, outputs);
  }
  record({ op: op as Op, inputs, outputs, saved, attributes });
  return outputs;
}

function checkHomes(name: string, inputs: readonly Tensor[]): void {
  const [first] = inputs;
  for (const input of inputs) {
    if (!(input instanceof Tensor)) {
      throw new InputError(
        `${name}: argument ${inputs.indexOf(input)} is ${shown(input)}, expected a tensor.`,
      );
    }
    if (input.backend !== first.backend || input.dtype !== first.dtype) {
      const found = `${name}: argument ${inputs.indexOf(input)} is ${input.dtype} on ${input.backend.name} and argument 0 is `;
      const isTwin = input.dtype === first.dtype && input.backend.name === first.backend.name;
      throw new InputError(
        isTwin
          ? `${found}on another backend of that name, expected the same: they come from two copies of compact-rnn ` +
              'loaded side by side, or from two backends of that name.'
          : `${found}${first.dtype} on ${first.backend.name}, expected the same for all.`,
      );
    }
  }
}
