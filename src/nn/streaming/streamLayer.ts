import type { RawBuffer } from '../../backends/index.ts';
import { rowsOfProduct } from '../../maps/factors.ts';
import type { LinearMap } from '../../maps/linearMap.ts';
import { isSharedLowRank } from '../../maps/sharedLowRank.ts';
import type { RecurrentLayer } from '../recurrentLayer.ts';
import type { LayerSpec } from '../spec.ts';
import { firstRows } from './matrix.ts';
import type { Instruction, Product, Products } from './products.ts';
import type { Vector } from './streamMemory.ts';

/** One layer, a step at a time. */
export interface StreamLayer {
  /** The state, by the names that it has in `LayerState`. */
  readonly state: Readonly<Record<string, Vector>>;
  /** What the layer passes to the next layer. */
  readonly output: Vector;
  /** A step: reads the input, and writes state and output. */
  readonly instructions: readonly Instruction[];
  /** Computes what follows from the state, after one was put in. */
  readonly restore: readonly Instruction[];
}

/** A layer of a model that reads its input from `x`; its state is zeros. */
export function streamLayer(
  products: Products,
  spec: LayerSpec,
  layer: RecurrentLayer,
  x: RawBuffer,
): StreamLayer {
  const { input, recurrent } = layer.maps;
  const projection = isSharedLowRank(recurrent) ? recurrent.structure.projection : null;
  const parts: Parts = {
    products,
    spec,
    recurrent,
    // Z_h P is applied to the emitted P h: only Z_h is left for the recurrence.
    ofEmitted: () =>
      projection === null
        ? products.ofMap(recurrent, layer.plans.recurrent)
        : products.ofMatrices(products.matricesOf(recurrent, (factors) => factors.slice(-1))),
    projection: projection && products.ofMap(projection),
    toGates: (wx) => products.ofMap(input, layer.plans.input).instructions(x, wx, 0),
    weights: (name) => products.weights(`${layer.name}.${name}`),
  };
  const { cell = 'lstm', reset = 'after' } = spec;
  if (cell === 'lstm') return lstm(parts);
  if (cell === 'rnn') return rnn(parts);
  return reset === 'after' ? gru(parts) : gruResettingBefore(parts);
}

/** What a cell is built from. */
interface Parts {
  readonly products: Products;
  readonly spec: LayerSpec;
  /** U */
  readonly recurrent: LinearMap;
  /** U on what the layer emits: Z, where U = Z P shares the projection P. */
  ofEmitted(): Product;
  readonly projection: Product | null;
  /** Computes W x. */
  toGates(wx: RawBuffer): readonly Instruction[];
  /** A parameter of the layer itself. */
  weights(name: string): RawBuffer;
}

function lstm({ products: { memory }, spec, projection, ...parts }: Parts): StreamLayer {
  const { kernels, lengths } = memory;
  const { hidden } = spec;
  const sizes = [4 * hidden, 4 * hidden, hidden];
  const [input, gates, cTanh] = sizes.map((size) => memory.zeros(size).buffer);
  const [h, c] = [memory.zeros(projection?.outSize ?? hidden), memory.zeros(hidden)];
  const [cNow, m] = [c.buffer, projection === null ? h.buffer : memory.zeros(hidden).buffer];
  const bias = parts.weights('bias');
  const peepholes = spec.peepholes ? parts.weights('peepholes') : null;
  const states = [cNow, cNow, cTanh, m, lengths, 0] as const;
  const cell: Instruction =
    peepholes === null
      ? () => kernels.lstmCell(1, hidden, input, gates, bias, ...states)
      : () => kernels.lstmPeepholeCell(1, hidden, input, gates, bias, peepholes, ...states);
  return {
    state: { h, c },
    output: h,
    instructions: [
      ...parts.toGates(input),
      ...parts.ofEmitted().instructions(h.buffer, gates, 0),
      cell,
      ...(projection?.instructions(m, h.buffer, 0) ?? []),
    ],
    restore: [],
  };
}

function gru(parts: Parts): StreamLayer {
  const { memory } = parts.products;
  const { kernels, lengths } = memory;
  const { hidden } = parts.spec;
  const sizes = [3 * hidden, 3 * hidden, hidden];
  const [input, gates, candidate] = sizes.map((size) => memory.zeros(size).buffer);
  const [bias, recurrentBias] = [parts.weights('bias'), parts.weights('recurrentBias')];
  return emitting(parts, (h, emitted) => [
    ...parts.toGates(input),
    ...parts.ofEmitted().instructions(emitted, gates, 0),
    () => kernels.gruCell(1, hidden, input, gates, bias, recurrentBias, h, candidate, h, lengths, 0),
  ]);
}

function gruResettingBefore(parts: Parts): StreamLayer {
  const { products, spec, recurrent, projection } = parts;
  const { memory } = products;
  const { kernels, lengths } = memory;
  const { hidden } = spec;
  const sizes = [3 * hidden, 2 * hidden, hidden, hidden];
  const [input, gates, hReset, candidate] = sizes.map((size) => memory.zeros(size).buffer);
  const bias = parts.weights('bias');
  const rows = (from: number, count: number) =>
    products.matricesOf(recurrent, (factors) => rowsOfProduct(factors, from, count));
  const ofGates =
    projection === null
      ? products.ofMatrices(rows(0, 2 * hidden))
      : products.ofMatrix(firstRows(products.matricesOf(recurrent).at(-1)!, 2 * hidden));
  // The candidate's product is with r∘h, which nobody has projected.
  const ofReset = products.ofMatrices(rows(2 * hidden, hidden));
  return emitting(parts, (h, emitted) => [
    ...parts.toGates(input),
    ...ofGates.instructions(emitted, gates, 0),
    () => kernels.gruGates(1, hidden, input, gates, bias, h, hReset, lengths, 0),
    ...ofReset.instructions(hReset, candidate, 0),
    () => kernels.gruCandidate(1, hidden, input, gates, bias, h, candidate, h, lengths, 0),
  ]);
}

function rnn(parts: Parts): StreamLayer {
  const { memory } = parts.products;
  const { kernels, lengths } = memory;
  const { hidden } = parts.spec;
  const [input, product] = [hidden, hidden].map((size) => memory.zeros(size).buffer);
  const bias = parts.weights('bias');
  return emitting(parts, (h, emitted) => [
    ...parts.toGates(input),
    ...parts.ofEmitted().instructions(emitted, product, 0),
    () => kernels.rnnCell(1, hidden, input, product, bias, h, h, lengths, 0, 0),
  ]);
}

/** A layer whose state is h and which emits P h, or h itself: P h is kept for the recurrence of the next step. */
function emitting(
  { products: { memory }, spec, projection }: Parts,
  step: (h: RawBuffer, emitted: RawBuffer) => readonly Instruction[],
): StreamLayer {
  const h = memory.zeros(spec.hidden);
  const output = projection === null ? h : memory.zeros(projection.outSize);
  const emit = projection?.instructions(h.buffer, output.buffer, 0) ?? [];
  return { state: { h }, output, instructions: [...step(h.buffer, output.buffer), ...emit], restore: emit };
}
