import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyMap,
  countParameters,
  dense,
  lowRank,
  Naming,
  parameterCount,
  sharedLowRank,
  type Tensors,
  zeros,
} from '../../src/index.ts';
import { kinds } from './kinds.ts';

const tensorsOf = (naming: Naming): Tensors =>
  Object.fromEntries(Object.entries(naming.specs).map(([name, { shape }]) => [name, zeros(shape)]));

describe('Naming', () => {
  it('names a map after its first place, and counts it once wherever else it stands', () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(kinds)), fc.integer({ min: 1, max: 5 }), (map, places) => {
        const naming = new Naming();
        for (let place = 0; place < places; place++) naming.addMap(`place${place}`, map);
        expect(countParameters(naming.specs)).toBe(parameterCount(map));
        for (const name of Object.keys(naming.specs)) expect(name).toMatch(/^place0\./);
        const picked = naming.pick(map, tensorsOf(naming));
        expect(applyMap(map, picked, zeros([2, map.inSize])).shape).toEqual([2, map.outSize]);
      }),
    );
  });

  it('knows the map of every place, and its first place', () => {
    const [map, projection] = [dense(2, 3), dense(3, 2)];
    const naming = new Naming();
    naming.addMap('a', map);
    naming.addMap('b', map);
    naming.addMap('c', sharedLowRank(projection, 4));
    expect(naming.places).toEqual(['a', 'b', 'c']);
    expect([naming.mapAt('a'), naming.mapAt('b'), naming.mapAt('d')]).toEqual([map, map, undefined]);
    expect([naming.firstPlaceOf(map), naming.firstPlaceOf(projection)]).toEqual(['a', 'c.projection']);
    expect(naming.namesOf(naming.mapAt('c')!)).toEqual({
      z: 'c.z',
      'projection.weight': 'c.projection.weight',
    });
  });

  it('gives two maps of the same kind names of their own', () => {
    const naming = new Naming();
    naming.addMap('a', dense(2, 3));
    naming.addMap('b', dense(2, 3));
    expect(Object.keys(naming.specs)).toEqual(['a.weight', 'b.weight']);
  });

  it('counts a projection once that two maps share, and gives both the same tensor', () => {
    const projection = lowRank(6, 4, 2);
    const [recurrent, next] = [sharedLowRank(projection, 24), sharedLowRank(projection, 8)];
    const naming = new Naming();
    naming.addMap('recurrent', recurrent);
    naming.addMap('next', next);
    expect(Object.keys(naming.specs).sort()).toEqual([
      'next.z',
      'recurrent.projection.u',
      'recurrent.projection.v',
      'recurrent.z',
    ]);
    expect(countParameters(naming.specs)).toBe(24 * 4 + 8 * 4 + 2 * (6 + 4));
    const parameters = tensorsOf(naming);
    expect(naming.pick(next, parameters)['projection.u']).toBe(parameters['recurrent.projection.u']);
    expect(naming.pick(recurrent, parameters)['projection.u']).toBe(parameters['recurrent.projection.u']);
  });

  it('keeps the name of a projection that stood on its own before', () => {
    const projection = dense(3, 2);
    const naming = new Naming();
    naming.addMap('p', projection);
    naming.addMap('z', sharedLowRank(projection, 4));
    expect(Object.keys(naming.specs)).toEqual(['p.weight', 'z.z']);
  });

  it('refuses two parameters of one name', () => {
    const naming = new Naming();
    naming.add('bias', { shape: [1], deviation: 0 });
    expect(() => naming.add('bias', { shape: [1], deviation: 0 })).toThrow(/bias is named twice/);
    naming.addMap('a', dense(1, 1));
    expect(() => naming.addMap('a', dense(1, 1))).toThrow(/a\.weight is named twice/);
  });
});
