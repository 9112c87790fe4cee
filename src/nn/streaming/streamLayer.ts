import type { Tensors } from '../../autograd/grad.ts';
import type { RawBuffer } from '../../backends/index.ts';
import { allParameters, type LinearMap } from '../../maps/linearMap.ts';
import { isSharedLowRank } from '../../maps/sharedLowRank.ts';
import type { RecurrentLayer } from '../recurrentLayer.ts';
import type { LayerSpec } from '../spec.ts';
import {
  factorProduct,
  type Instruction,
  inTurn,
  type Matrix,
  mapProduct,
  matricesOf,
  matrixProduct,
  type Product,
  type ProductOptions,
} from './products.ts';
import type { Vector } from './streamMemory.ts';

/** One layer, a step at a time. */
export interface StreamLayer {
  /** The state, by the names that it has in `LayerState`. */
  readonly state: Readonly<Record<string, Vector>>;
  /** What the layer gives on. */
  readonly output: Vector;
  /** A step: reads the input, and writes state and output. */
  readonly instructions: readonly Instruction[];
  /** Computes what follows from the state, after one was put in. */
  readonly restore: readonly Instruction[];
}

/** A layer of a model that reads its input from `x`; its state is zeros. */
export function streamLayer(
  options: ProductOptions,
  spec: LayerSpec,
  layer: RecurrentLayer,
  parameters: Tensors,
  x: RawBuffer,
): StreamLayer {
  const { input, recurrent } = layer.maps;
  const place = `${layer.name}.recurrent`;
  const ofRecurrent = parametersOf(place, recurrent, parameters);
  const projection = isSharedLowRank(recurrent) ? recurrent.parts.projection : null;
  const parts: Parts = {
    options,
    spec,
    x,
    input: mapProduct(options, input, parametersOf(`${layer.name}.input`, input, parameters), layer.plan),
    recurrent: () =>
      projection === null
        ? mapProduct(options, recurrent, ofRecurrent, layer.plan)
        : matrixProduct(options, matricesOf(recurrent, ofRecurrent).at(-1)!),
    matrices: () => matricesOf(recurrent, ofRecurrent),
    projection:
      projection &&
      mapProduct(options, projection, parametersOf(`${place}.projection`, projection, parameters)),
    weights: (name) => options.memory.weights(parameters[`${layer.name}.${name}`].dataSync()),
  };
  const { cell = 'lstm', reset = 'after' } = spec;
  if (cell === 'lstm') return lstm(parts);
  if (cell === 'rnn') return rnn(parts);
  return reset === 'after' ? gru(parts) : gruResettingBefore(parts);
}

/** The parameters of a map that stands in `place` of a model, under the names that the map knows. */
export const parametersOf = (place: string, map: LinearMap, parameters: Tensors): Tensors =>
  Object.fromEntries(Object.keys(allParameters(map)).map((name) => [name, parameters[`${place}.${name}`]]));

/** What a cell is built from. */
interface Parts {
  readonly options: ProductOptions;
  readonly spec: LayerSpec;
  readonly x: RawBuffer;
  /** W */
  readonly input: Product;
  /** U on what the layer emits: Z, where U = Z P shares the projection P. */
  readonly recurrent: () => Product;
  /** The factors of U. */
  readonly matrices: () => readonly Matrix[];
  readonly projection: Product | null;
  /** A parameter of the layer itself. */
  readonly weights: (name: string) => RawBuffer;
}

function lstm({ options: { memory }, spec, x, input, recurrent, projection, weights }: Parts): StreamLayer {
  const { kernels, lengths } = memory;
  const { hidden } = spec;
  const [gates, cTanh] = [4 * hidden, hidden].map((size) => memory.zeros(size).buffer);
  const [h, c] = [memory.zeros(projection?.outSize ?? hidden), memory.zeros(hidden)];
  const [cNow, m] = [c.buffer, projection === null ? h.buffer : memory.zeros(hidden).buffer];
  const bias = weights('bias');
  const peepholes = spec.peepholes ? weights('peepholes') : null;
  const cell: Instruction =
    peepholes === null
      ? () => kernels.lstmCell(1, hidden, gates, bias, cNow, cNow, cTanh, m, lengths, 0)
      : () => kernels.lstmPeepholeCell(1, hidden, gates, bias, peepholes, cNow, cNow, cTanh, m, lengths, 0);
  return {
    state: { h, c },
    output: h,
    instructions: [
      ...input.instructions(x, gates, 0),
      ...recurrent().instructions(h.buffer, gates, 1),
      cell,
      ...(projection?.instructions(m, h.buffer, 0) ?? []),
    ],
    restore: [],
  };
}

function gru(parts: Parts): StreamLayer {
  const { memory } = parts.options;
  const { kernels, lengths } = memory;
  const { hidden } = parts.spec;
  const [gates, product] = [3 * hidden, 3 * hidden].map((size) => memory.zeros(size).buffer);
  const [bias, recurrentBias] = [parts.weights('bias'), parts.weights('recurrentBias')];
  return emitting(parts, (h, emitted) => [
    ...parts.input.instructions(parts.x, gates, 0),
    ...parts.recurrent().instructions(emitted, product, 0),
    () => kernels.gruCell(1, hidden, gates, product, bias, recurrentBias, h, h, lengths, 0),
  ]);
}

function gruResettingBefore(parts: Parts): StreamLayer {
  const { options, spec, projection } = parts;
  const { memory } = options;
  const { kernels, lengths } = memory;
  const { hidden } = spec;
  const sizes = [3 * hidden, 2 * hidden, hidden, hidden];
  const [gates, product, hReset, candidate] = sizes.map((size) => memory.zeros(size).buffer);
  const bias = parts.weights('bias');
  // The candidate's product is with r∘h: it takes its own rows of the last factor, and all factors before that.
  const factors = parts.matrices();
  const [before, last] = [factors.slice(0, -1), factors[factors.length - 1]];
  const ofGates = rowsOf(last, 0, 2 * hidden);
  const ofCandidate = rowsOf(last, 2 * hidden, hidden);
  const gatesProduct =
    projection === null ? factorProduct(options, [...before, ofGates]) : matrixProduct(options, ofGates);
  const candidateProduct =
    projection === null
      ? factorProduct(options, [...before, ofCandidate])
      : inTurn(options, [projection, matrixProduct(options, ofCandidate)]);
  return emitting(parts, (h, emitted) => [
    ...parts.input.instructions(parts.x, gates, 0),
    ...gatesProduct.instructions(emitted, product, 0),
    () => kernels.gruGates(1, hidden, gates, product, bias, h, hReset, lengths, 0),
    ...candidateProduct.instructions(hReset, candidate, 0),
    () => kernels.gruCandidate(1, hidden, gates, candidate, bias, h, h, lengths, 0),
  ]);
}

function rnn(parts: Parts): StreamLayer {
  const { memory } = parts.options;
  const { kernels, lengths } = memory;
  const { hidden } = parts.spec;
  const a = memory.zeros(hidden).buffer;
  const bias = parts.weights('bias');
  return emitting(parts, (h, emitted) => [
    ...parts.input.instructions(parts.x, a, 0),
    ...parts.recurrent().instructions(emitted, a, 1),
    () => kernels.rnnCell(1, hidden, a, bias, h, h, lengths, 0, 0),
  ]);
}

/** A layer whose state is h and which emits P h, or h itself: P h is kept for the recurrence of the next step. */
function emitting(
  { options: { memory }, spec, projection }: Parts,
  step: (h: RawBuffer, emitted: RawBuffer) => readonly Instruction[],
): StreamLayer {
  const h = memory.zeros(spec.hidden);
  const output = projection === null ? h : memory.zeros(projection.outSize);
  const emit = projection?.instructions(h.buffer, output.buffer, 0) ?? [];
  return { state: { h }, output, instructions: [...step(h.buffer, output.buffer), ...emit], restore: emit };
}

const rowsOf = ({ cols, values }: Matrix, first: number, rows: number): Matrix => ({
  rows,
  cols,
  values: values.slice(first * cols, (first + rows) * cols),
});
