import fc from 'fast-check';
import type { InputMapSpec, LayerSpec, MapSpec, RecurrentModelSpec } from '../../src/index.ts';

type KindOf<Spec> = Spec extends string ? Spec : keyof Spec;

/** Numbers that decide the sizes inside a map. */
interface MapChoice {
  readonly rank: number;
  readonly pick: number;
}

const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
const picked = <T>(all: readonly T[], pick: number): T => all[pick % all.length];

/** Every kind of map that a configuration can name, from `inSize` to `outSize` values; a new one without an entry does not compile. */
export const mapSpecs: {
  readonly [Kind in KindOf<MapSpec>]: (inSize: number, outSize: number, choice: MapChoice) => MapSpec;
} = {
  dense: () => 'dense',
  circulant: () => 'circulant',
  skewCirculant: () => 'skewCirculant',
  toeplitz: () => 'toeplitz',
  lowRank: (_in, _out, { rank }) => ({ lowRank: rank }),
  sharedLowRank: (_in, _out, { rank }) => ({ sharedLowRank: rank }),
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

/** Every cell. */
export const cells = {
  lstm: { cell: 'lstm' },
  'lstm with peepholes': { cell: 'lstm', peepholes: true },
  gru: { cell: 'gru' },
  'gru, resetting before': { cell: 'gru', reset: 'before' },
  rnn: { cell: 'rnn' },
} as const satisfies Record<string, Partial<LayerSpec>>;

export const gatesOf = ({ cell = 'lstm' }: Pick<LayerSpec, 'cell'>) => ({ lstm: 4, gru: 3, rnn: 1 })[cell];

/** Width of what a layer emits. */
export function widthOf({ hidden, recurrent, bidirectional }: LayerSpec): number {
  const own =
    typeof recurrent === 'object' && 'sharedLowRank' in recurrent ? recurrent.sharedLowRank : hidden;
  return bidirectional ? 2 * own : own;
}

const map = fc.record({
  kind: fc.nat(kinds.length - 1),
  rank: fc.integer({ min: 1, max: 3 }),
  pick: fc.nat(30),
});
const layerOf = (size: fc.Arbitrary<number>) =>
  fc.record({
    hidden: size,
    cell: fc.constantFrom(...Object.values(cells)),
    bidirectional: fc.boolean(),
    input: map,
    recurrent: map,
  });

/** Stacks of layers with every cell and every kind of map, and in one direction or in both unless that is refused. */
export function modelSpecs({
  directions = 2,
  mostLayers = 3,
  largest = 6,
}: {
  directions?: 1 | 2;
  mostLayers?: number;
  largest?: number;
} = {}): fc.Arbitrary<RecurrentModelSpec> {
  const size = fc.integer({ min: 1, max: largest });
  const layers = fc.array(layerOf(size), { minLength: 1, maxLength: mostLayers });
  return fc.record({ inputSize: size, layers, outputSize: size }).map(({ inputSize, layers, outputSize }) => {
    const specs: LayerSpec[] = [];
    let width = inputSize;
    for (const { hidden, cell, bidirectional, input, recurrent } of layers) {
      const outSize = gatesOf(cell) * hidden;
      const inputKinds = kinds.filter((kind) => kind !== 'sharedLowRank');
      const spec: LayerSpec = {
        hidden,
        ...cell,
        bidirectional: bidirectional && directions === 2,
        input: mapSpecs[picked(inputKinds, input.kind)](width, outSize, input) as InputMapSpec,
        recurrent: mapSpecs[kinds[recurrent.kind]](hidden, outSize, recurrent),
      };
      specs.push(spec);
      width = widthOf(spec);
    }
    return { inputSize, layers: specs, outputSize };
  });
}
