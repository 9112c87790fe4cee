import { expect, test } from 'vitest';
import { FORMATS, mutatedFile } from '../../reliability/formats.ts';
import { readMutated } from '../../reliability/mutations.ts';

test('files that are as they should be are read', () => {
  for (const { seeds, read } of FORMATS) for (const seed of seeds) expect(() => read(seed)).not.toThrow();
});

test('mutated files are read or refused by a typed error, at once and in little memory', () => {
  const { crashes, hangs, overBudget, refused } = readMutated(0, 3000);
  expect({ crashes, hangs, overBudget }).toEqual({ crashes: [], hangs: [], overBudget: [] });
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeLessThan(3000);
});

test('an index is one file, and others are others', () => {
  expect(mutatedFile(17)).toEqual(mutatedFile(17));
  const all = new Set(Array.from({ length: 600 }, (_, i) => mutatedFile(i).bytes.join()));
  expect(all.size).toBeGreaterThan(450);
});
