import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ctcLoss } from '../../src/index.ts';
import { mapping } from '../../src/tasks/config/schema.ts';
import { trainingFields } from '../../src/tasks/config/trainingSchema.ts';
import {
  cellCases,
  cellKinds,
  ctcCases,
  modelCases,
  modelSpecs,
  trainingConfigs,
} from '../../src/testing/arbitraries.ts';
import { samplesOf, shrunk } from './values.ts';

describe('cells', () => {
  it('are of every kind, in one direction and in both, with and without lengths', () => {
    const found = samplesOf(cellCases());
    for (const [name, kind] of Object.entries(cellKinds)) {
      const own = found.filter(({ spec }) =>
        Object.entries(kind).every(([key, v]) => spec[key as 'cell'] === v),
      );
      expect(own.length, name).toBeGreaterThan(20);
    }
    expect(found.some(({ spec }) => spec.bidirectional)).toBe(true);
    expect(found.some(({ spec }) => !spec.bidirectional)).toBe(true);
    const lengths = found.map((one) => one.lengths);
    expect(lengths.filter((own) => own === undefined).length).toBeGreaterThan(50);
    // Some are all masked, and some have nothing masked.
    expect(lengths.some((own) => own?.every((length) => length === 0))).toBe(true);
  });

  it('run, in float64 and with no parameter at 0', () => {
    for (const { layer, parameters, x, lengths } of samplesOf(cellCases(), 60)) {
      const { y } = layer.apply(parameters, x, undefined, lengths);
      expect(y.shape).toEqual([...x.shape.slice(0, 2), layer.outSize]);
      expect(y.dtype).toBe('float64');
      for (const parameter of Object.values(parameters)) expect(parameter.dataSync()).not.toContain(0);
    }
  });

  it('print as their configuration, and shrink to a small one', () => {
    const worst = shrunk(cellCases(), ({ spec }) => spec.hidden < 3);
    expect(fc.stringify(worst)).toMatch(/^\{"hidden":3,"cell":"lstm"/);
    expect(worst.x.shape.slice(0, 2)).toEqual([1, 1]);
  });
});

describe('models', () => {
  it('have up to as many layers as told, and tied maps among them', () => {
    const found = samplesOf(modelSpecs({ mostLayers: 2 }));
    expect([...new Set(found.map(({ layers }) => layers.length))].sort()).toEqual([1, 2]);
    const isTied = (map: unknown) => typeof map === 'object' && map !== null && 'tied' in map;
    expect(found.some(({ layers }) => layers.some(({ recurrent }) => isTied(recurrent)))).toBe(true);
  });

  it('run', () => {
    for (const { model, parameters, x, lengths } of samplesOf(modelCases(modelSpecs({ largest: 4 })), 60)) {
      const { y } = model.apply(parameters, x, { lengths });
      expect(y.shape).toEqual([...x.shape.slice(0, 2), model.spec.outputSize]);
      expect(y.dataSync().every(Number.isFinite)).toBe(true);
    }
  });

  it('shrink to one layer, one step and one sequence', () => {
    const worst = shrunk(modelCases(), ({ model }) => model.spec.layers.length < 1);
    expect(worst.model.spec.layers).toHaveLength(1);
    expect(worst.model.spec.layers[0].hidden).toBe(1);
    expect(worst.x.shape).toEqual([1, 1, 1]);
  });
});

describe('label sequences', () => {
  const found = samplesOf(ctcCases());

  it('can all be spelled', () => {
    for (const { logits, labels, frames } of found) {
      expect(ctcLoss(logits, labels, frames).dataSync().every(Number.isFinite)).toBe(true);
    }
  });

  it('are empty, repeated, without a frame to spare, and without a frame at all', () => {
    const all = found.flatMap(({ labels, frames }) => labels.map((own, b) => ({ own, frames: frames[b] })));
    const some = {
      empty: all.filter(({ own }) => own.length === 0),
      repeated: all.filter(({ own }) => own.some((label, i) => i > 0 && label === own[i - 1])),
      tight: all.filter(({ own, frames }) => own.length > 1 && frames === own.length),
      frameless: all.filter(({ frames }) => frames === 0),
    };
    for (const [name, own] of Object.entries(some)) expect(own.length, name).toBeGreaterThan(20);
    expect(found.some(({ logits, frames }) => logits.shape[0] > Math.max(...frames))).toBe(true);
  });

  it('shrink to one label in one frame', () => {
    const worst = shrunk(ctcCases(), ({ labels }) => labels.flat().length === 0);
    expect(worst.labels).toEqual([[1]]);
    expect(worst.frames).toEqual([1]);
    expect(worst.logits.shape).toEqual([1, 1, 2]);
  });
});

describe('trainings', () => {
  it('are what every configuration accepts, of both optimizers', () => {
    const defaults = { epochs: 1, batchSize: 1, learningRate: 1, clipNorm: 1, dropout: 0 };
    const schema = mapping(trainingFields(defaults));
    const found = samplesOf(trainingConfigs());
    for (const config of found) expect(schema.parse(config)).toEqual(config);
    expect(Object.keys(found[0]).sort()).toEqual(Object.keys(schema.shape).sort());
    expect([...new Set(found.map(({ optimizer }) => optimizer))].sort()).toEqual(['adam', 'sgd']);
  });

  it('shrink to the plainest', () => {
    const worst = shrunk(trainingConfigs(), ({ weightDecay }) => weightDecay === 0);
    expect(worst).toMatchObject({ optimizer: 'adam', epochs: 1, batchSize: 1, momentum: 0, dropout: 0 });
  });
});
