import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countParameters, recurrentModel, summarise } from '../../src/index.ts';
import { mapsInWords } from '../../src/nn/spec.ts';

describe('summarise', () => {
  // A transform of the input and one for each of four gates, 1.25 n log₂ n each, and four products of spectra, 2n each.
  const byTransforms = 5 * 1.25 * 128 * 7 + 4 * 2 * 128;
  // Worked by hand; 4H rows, one bias a gate.
  const model = recurrentModel({
    inputSize: 120,
    layers: [
      { hidden: 128, input: 'circulant', recurrent: 'circulant' },
      { hidden: 128, input: { lowRank: 32 }, recurrent: { sharedLowRank: 32 } },
      { hidden: 64 },
    ],
    outputSize: 29,
  });
  const summary = summarise(model);

  it('counts every map as it is worked by hand', () => {
    const rows = Object.fromEntries(summary.rows.map(({ place, ...row }) => [place, row]));
    expect(Object.keys(rows)).toEqual([
      'layers.0.input',
      'layers.0.recurrent',
      'layers.1.input',
      'layers.1.recurrent',
      'layers.2.input',
      'layers.2.recurrent',
      'head',
    ]);
    expect(rows['layers.0.input']).toEqual({
      kind: 'circulant',
      plan: 'transforms',
      shape: [512, 120],
      parameters: 4 * 128,
      macs: byTransforms,
    });
    expect(rows['layers.0.recurrent']).toMatchObject({
      shape: [512, 128],
      parameters: 4 * 128,
      macs: byTransforms,
    });
    expect(rows['layers.1.input']).toMatchObject({
      kind: 'lowRank(32)',
      parameters: 32 * (512 + 128),
      macs: 32 * 640,
    });
    expect(rows['layers.1.recurrent']).toMatchObject({
      kind: 'sharedLowRank(32)',
      parameters: 512 * 32 + 32 * 128,
      macs: 512 * 32 + 32 * 128,
    });
    // The shared projection of 32 values is what the third layer reads.
    expect(rows['layers.2.input']).toMatchObject({ shape: [256, 32], parameters: 256 * 32, macs: 256 * 32 });
    expect(rows['layers.2.recurrent']).toMatchObject({ shape: [256, 64], parameters: 256 * 64 });
    expect(rows.head).toMatchObject({ kind: 'dense', shape: [29, 64], macs: 29 * 64 });
  });

  it('counts the whole as it is worked by hand', () => {
    const maps = 512 + 512 + 32 * 640 + (512 * 32 + 32 * 128) + 256 * 32 + 256 * 64;
    const biases = 512 + 512 + 256;
    expect(summary.lstmParameters).toBe(maps + biases);
    expect(summary.parameters).toBe(maps + biases + 29 * 64 + 29);
    expect(summary.lstmMacs).toBe(2 * byTransforms + 32 * 640 + 512 * 32 + 32 * 128 + 256 * 32 + 256 * 64);
    expect(summary.macs).toBe(summary.lstmMacs + 29 * 64);
  });

  it('has the counts of the networks that were measured in PyTorch before', () => {
    const of = (inputSize: number, layers: number, hidden: number, outputSize: number, rank?: number) => {
      const map = rank === undefined ? 'dense' : { lowRank: rank };
      const spec = { hidden, input: map, recurrent: map } as const;
      return summarise(recurrentModel({ inputSize, outputSize, layers: new Array(layers).fill(spec) }))
        .parameters;
    };
    expect(of(32, 1, 64, 32)).toBe(26_912);
    expect(of(32, 1, 64, 32, 16)).toBe(12_064);
    expect(of(240, 3, 256, 128)).toBe(1_592_448);
    expect(of(240, 3, 256, 128, 32)).toBe(281_216);
    expect(of(320, 5, 500, 2000)).toBe(10_652_000);
    expect(of(320, 5, 500, 2000, 64)).toBe(2_600_480);
  });

  it('agrees with the parameters themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), (widths) => {
        const layers = widths.map((hidden) => ({ hidden }));
        const built = recurrentModel({ inputSize: 2, outputSize: 3, layers });
        const found = summarise(built);
        expect(found.parameters).toBe(countParameters(built.parameters));
        // Every number stands in a row, but the biases of the layers; layers 1 and 10 are not mixed up.
        found.rows.slice(0, -1).forEach(({ parameters, shape }) => {
          expect(parameters).toBe(shape[0] * shape[1]);
        });
      }),
    );
  });

  it('adds up: the rows hold either all biases or none', () => {
    const rows = summary.rows.reduce((total, row) => total + row.parameters, 0);
    const biases = 512 + 512 + 256 + 29;
    expect([summary.parameters, summary.parameters - biases]).toContain(rows);
  });

  it('names the structure in a line', () => {
    expect(mapsInWords(model.spec.layers)).toBe(
      '128 circulant/circulant · 128 lowRank(32)/sharedLowRank(32) · 64 dense/dense',
    );
  });
});
