import type { FloatArray } from '../../../kernels/types.ts';
import type { Tensors } from '../../autograd/grad.ts';
import type { DType } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { sameShape, show } from '../../tensor/shape.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { namingOf } from '../places.ts';
import type { LayerState } from '../recurrentLayer.ts';
import type { RecurrentModel } from '../recurrentModel.ts';
import { type Instruction, Products } from './products.ts';
import { type StreamLayer, streamLayer } from './streamLayer.ts';
import type { StreamMemory, Vector } from './streamMemory.ts';

export type StreamWeights = DType | 'int8';

/**
 * A model that reads one sequence row by row, and keeps its state in between. Parameters are copied when it is made:
 * later changes of theirs do not show. A step allocates nothing.
 */
export class RecurrentStream {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly weights: StreamWeights;
  /** Bytes of all weights as the stream keeps them. */
  readonly bytes: number;
  readonly #memory: StreamMemory;
  readonly #layers: readonly StreamLayer[];
  readonly #instructions: readonly Instruction[];
  readonly #restore: readonly Instruction[];
  readonly #x: Vector;
  readonly #y: Vector;
  /** The stream's own array for outputs. */
  readonly #result: FloatArray;
  /** The numbers of x and y where the kernels have them. */
  #input: FloatArray;
  #output: FloatArray;
  #isClosed = false;

  /** Use `openStream`. */
  constructor(model: RecurrentModel, parameters: Tensors, weights: StreamWeights, memory: StreamMemory) {
    const { inputSize, outputSize, layers: specs } = model.spec;
    const products = new Products(memory, weights === 'int8', namingOf(model), parameters);
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.weights = weights;
    this.#memory = memory;
    this.#x = memory.zeros(inputSize);
    this.#y = memory.zeros(outputSize);
    let below = this.#x;
    this.#layers = model.layers.map((layer, i) => {
      const own = streamLayer(products, specs[i], layer, below.buffer);
      below = own.output;
      return own;
    });
    const head = products.ofMap(model.head);
    const bias = products.weights('head.bias');
    const { kernels } = memory;
    const y = this.#y.buffer;
    this.#instructions = [
      ...this.#layers.flatMap((layer) => layer.instructions),
      ...head.instructions(below.buffer, y, 0),
      () => kernels.add(y, bias, y, outputSize, outputSize, outputSize),
    ];
    this.#restore = this.#layers.flatMap((layer) => layer.restore);
    this.bytes = memory.weightBytes;
    this.#input = this.#view(this.#x);
    this.#output = this.#view(this.#y);
    this.#result = this.#output.slice();
  }

  /**
   * One step: x [inputSize] → y [outputSize]. The result is written to `y` and returned; without it, to an array of the
   * stream's own, the same at every step. Throws InputError when a length is another, or the stream was closed.
   */
  step(x: ArrayLike<number>): FloatArray;
  step<Y extends FloatArray>(x: ArrayLike<number>, y: Y): Y;
  step(x: ArrayLike<number>, y: FloatArray = this.#result): FloatArray {
    this.#checkOpen();
    if (x?.length !== this.inputSize) {
      throw new InputError(`stream: x holds ${x?.length} numbers, expected ${this.inputSize}.`);
    }
    if (y.length !== this.outputSize) {
      throw new InputError(`stream: y has room for ${y.length} numbers, expected ${this.outputSize}.`);
    }
    // The memory of the kernels has grown since, elsewhere.
    if (this.#input.length === 0) {
      this.#input = this.#view(this.#x);
      this.#output = this.#view(this.#y);
    }
    this.#input.set(x);
    run(this.#instructions);
    y.set(this.#output);
    return y;
  }

  /**
   * Begins a sequence: with states of zeros, or with those given, one for each layer, as `model.apply` returns them for a
   * batch of one. Throws InputError when they do not fit, or the stream was closed.
   */
  reset(state?: readonly LayerState[]): void {
    this.#checkOpen();
    if (state !== undefined) this.#check(state);
    const { kernels, backend } = this.#memory;
    this.#layers.forEach((layer, i) => {
      for (const [name, { buffer, size }] of Object.entries(layer.state)) {
        if (state === undefined) kernels.fill(buffer, size, 0);
        else backend.write(buffer, state[i][name].dataSync());
      }
    });
    run(this.#restore);
  }

  /** A copy of the states of all layers, as `model.apply` takes them for a batch of one. Throws InputError when the stream was closed. */
  state(): readonly LayerState[] {
    this.#checkOpen();
    const { backend, dtype } = this.#memory;
    const copyOf = ({ buffer, size }: Vector): Tensor =>
      tensor(backend.read(buffer, size, dtype), [1, size], { backend, dtype });
    return this.#layers.map((layer) =>
      Object.fromEntries(Object.entries(layer.state).map(([name, vector]) => [name, copyOf(vector)])),
    );
  }

  /** Frees the stream's weights and state at once, rather than when the stream is garbage. */
  close(): void {
    this.#isClosed = true;
    this.#memory.free();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new InputError('stream: it was closed, expected an open one.');
  }

  #check(state: readonly LayerState[]): void {
    if (state.length !== this.#layers.length) {
      throw new InputError(
        `stream: state has ${state.length} entries, expected one for each of ${this.#layers.length} layers.`,
      );
    }
    this.#layers.forEach((layer, i) => {
      for (const [name, { size }] of Object.entries(layer.state)) {
        const found = state[i][name];
        if (found === undefined || !sameShape(found.shape, [1, size])) {
          const what = found === undefined ? 'is missing' : `has shape ${show(found.shape)}`;
          throw new InputError(
            `stream: ${name} of the state of layer ${i} ${what}, expected ${show([1, size])}.`,
          );
        }
      }
    });
  }

  #view({ buffer, size }: Vector): FloatArray {
    return this.#memory.backend.view(buffer, size, this.#memory.dtype);
  }
}

function run(instructions: readonly Instruction[]): void {
  for (let i = 0; i < instructions.length; i++) instructions[i]();
}
