import fc from 'fast-check';
import type { RecurrentModelSpec } from '../nn/recurrentModel.ts';
import type { InputMapSpec, LayerSpec, MapSpec } from '../nn/spec.ts';

/** Kinds of maps with numbers of their own. */
type Kind = Exclude<
  MapSpec extends infer Spec ? (Spec extends string ? Spec : keyof Spec) : never,
  'perGate' | 'tied'
>;

/** Numbers that decide the sizes inside a map. */
interface MapChoice {
  readonly gates: number;
  readonly rank: number;
  readonly pick: number;
}

const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
const picked = <T>(all: readonly T[], pick: number): T => all[pick % all.length];

/** Every kind of map that a configuration can name, from `inSize` to `outSize` values; a new one without an entry does not compile. */
export const mapSpecs: {
  readonly [Name in Kind | `${'lowRank' | 'sharedLowRank'} for each gate`]: (
    inSize: number,
    outSize: number,
    choice: MapChoice,
  ) => MapSpec;
} = {
  dense: () => 'dense',
  circulant: () => 'circulant',
  skewCirculant: () => 'skewCirculant',
  toeplitz: () => 'toeplitz',
  lowRank: (_in, _out, { rank }) => ({ lowRank: rank }),
  sharedLowRank: (_in, _out, { rank }) => ({ sharedLowRank: rank }),
  'lowRank for each gate': (_in, _out, { rank }) => ({ lowRank: rank, perGate: true }),
  'sharedLowRank for each gate': (_in, _out, { rank }) => ({ sharedLowRank: rank, perGate: true }),
  blockDiagonal: (inSize, _out, { gates }) => (inSize % gates === 0 ? 'blockDiagonal' : 'dense'),
  toeplitzLike: (_in, _out, { rank }) => ({ toeplitzLike: rank }),
  blockCirculant: (inSize, outSize, { pick }) => ({
    blockCirculant: picked(
      divisors(inSize)
        .filter((d) => outSize % d === 0)
        .reverse(),
      pick,
    ),
  }),
  hashed: (_in, _out, { rank, pick }) => ({ hashed: rank + (pick % 20) }),
  diagonalPlusLowRank: (_in, _out, { rank }) => ({ diagonalPlusLowRank: rank }),
  kronecker: (inSize, outSize, { rank, pick }) => ({
    kronecker: [picked(divisors(outSize), pick), picked(divisors(inSize), rank)],
  }),
};

export const kinds = Object.keys(mapSpecs) as (keyof typeof mapSpecs)[];

/** Every cell, by a name for it. */
export const cellKinds = {
  lstm: { cell: 'lstm' },
  'lstm with peepholes': { cell: 'lstm', peepholes: true },
  gru: { cell: 'gru' },
  'gru, resetting before': { cell: 'gru', reset: 'before' },
  rnn: { cell: 'rnn' },
} as const satisfies Record<string, Partial<LayerSpec>>;

export const gatesOf = ({ cell = 'lstm' }: Pick<LayerSpec, 'cell'>) => ({ lstm: 4, gru: 3, rnn: 1 })[cell];

/** Width of what a layer emits. */
export function widthOf({ hidden, recurrent, bidirectional, cell }: LayerSpec): number {
  const own = isShared(recurrent)
    ? recurrent.sharedLowRank * (recurrent.perGate ? gatesOf({ cell }) : 1)
    : hidden;
  return bidirectional ? 2 * own : own;
}

type Shared = Extract<MapSpec, { readonly sharedLowRank: number }>;
const isShared = (map: MapSpec | undefined): map is Shared =>
  typeof map === 'object' && 'sharedLowRank' in map;

/** Kinds that an input map can be. */
export const inputKinds = kinds.filter((kind) => !kind.startsWith('sharedLowRank'));

const map = fc.record({
  kind: fc.nat(kinds.length - 1),
  rank: fc.integer({ min: 1, max: 3 }),
  pick: fc.nat(30),
});
const layerOf = (size: fc.Arbitrary<number>) =>
  fc.record({
    hidden: size,
    cell: fc.constantFrom(...Object.values(cellKinds)),
    bidirectional: fc.boolean(),
    input: map,
    recurrent: map,
    tied: fc.record({ input: mayBeTied, recurrent: mayBeTied }),
  });

/** Which map with numbers of its own to take in place of one that is drawn; none in most cases. */
const mayBeTied = fc.option(fc.nat(5), { freq: 3, nil: undefined });

export interface ModelSizes {
  /** 1 for models that read forwards only; 2 unless given. */
  readonly directions?: 1 | 2;
  /** Most layers; 3 unless given. */
  readonly mostLayers?: number;
  /** Largest width of inputs, layers and outputs; 6 unless given. */
  readonly largest?: number;
}

/**
 * Stacks of layers with every cell and every kind of map, some tied to those of layers below, and in one direction or in
 * both unless that is refused.
 */
export function modelSpecs({
  directions = 2,
  mostLayers = 3,
  largest = 6,
}: ModelSizes = {}): fc.Arbitrary<RecurrentModelSpec> {
  const size = fc.integer({ min: 1, max: largest });
  const layers = fc.array(layerOf(size), { minLength: 1, maxLength: mostLayers });
  return fc.record({ inputSize: size, layers, outputSize: size }).map(({ inputSize, layers, outputSize }) => {
    const specs: LayerSpec[] = [];
    /** Places of maps that emit nothing of their own, by direction, gates and shape. */
    const places = new Map<string, string[]>();
    let width = inputSize;
    layers.forEach(({ hidden, cell, bidirectional, input, recurrent, tied }, i) => {
      const gates = gatesOf(cell);
      const outSize = gates * hidden;
      const isBoth = bidirectional && directions === 2;
      const tiedOr = <Spec extends MapSpec>(inSize: number, pick: number | undefined, own: Spec) => {
        const like = places.get(`${isBoth} ${gates} ${outSize} ${inSize}`);
        return like === undefined || pick === undefined || isShared(own) ? own : { tied: picked(like, pick) };
      };
      const kind = { input: picked(inputKinds, input.kind), recurrent: kinds[recurrent.kind] };
      const ofInput = mapSpecs[kind.input](width, outSize, { ...input, gates }) as InputMapSpec;
      const ofRecurrent = mapSpecs[kind.recurrent](hidden, outSize, { ...recurrent, gates });
      const spec: LayerSpec = {
        hidden,
        ...cell,
        bidirectional: isBoth,
        input: tiedOr(width, tied.input, ofInput),
        recurrent: tiedOr(hidden, tied.recurrent, ofRecurrent),
      };
      const stand = (place: string, inSize: number) => {
        const key = `${isBoth} ${gates} ${outSize} ${inSize}`;
        places.set(key, [...(places.get(key) ?? []), `layers.${i}.${place}`]);
      };
      stand('input', width);
      if (!isShared(spec.recurrent)) stand('recurrent', hidden);
      specs.push(spec);
      width = widthOf(spec);
    });
    return { inputSize, layers: specs, outputSize };
  });
}
