import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { DEFAULT_COUNTS, loadQueries } from '../../../../src/tasks/speech/corpora/queries/build.ts';
import { planQueries } from '../../../../src/tasks/speech/corpora/queries/plan.ts';
import { setOf } from '../../../../src/tasks/speech/corpora/split.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const counts = { train: 3, development: 1, test: 2, flite: 1 };

describe('planQueries', () => {
  test.each(['small', 'varied', 'medium', 'large'] as const)(
    'keeps sentences and voices of %s apart between sets',
    (size) => {
      const recipes = planQueries(size, 1, DEFAULT_COUNTS[size]);
      const of = (set: string) => recipes.filter((recipe) => recipe.set === set);
      expect(new Set(recipes.map(({ transcript }) => transcript)).size).toBe(recipes.length);
      for (const { set, transcript } of recipes)
        expect(setOf(transcript)).toBe(set === 'flite' ? 'test' : set);
      const voices = ['train', 'development', 'test', 'flite'].map(
        (set) => new Set(of(set).map(({ how }) => how.voice)),
      );
      expect(new Set(voices.flatMap((names) => [...names])).size).toBe(
        voices.reduce((sum, names) => sum + names.size, 0),
      );
      expect(of('test').length).toBeGreaterThanOrEqual(500);
      expect(voices[2]!.size).toBeGreaterThanOrEqual(9);
      expect(of('test').flatMap(({ transcript }) => transcript.split(' ')).length).toBeGreaterThanOrEqual(
        3000,
      );
      expect(of('flite').length).toBeGreaterThanOrEqual(150);
    },
  );

  test('depends on the seed, and a larger set begins with the smaller', () => {
    const plan = (seed: number, train: number) => planQueries('small', seed, { ...counts, train });
    expect(plan(1, 10)).toEqual(plan(1, 10));
    expect(plan(2, 10)[0]).not.toEqual(plan(1, 10)[0]);
    expect(plan(1, 20).slice(0, 10)).toEqual(plan(1, 10).slice(0, 10));
  });

  test('refuses counts that are no positive whole numbers, and more than there are sentences', () => {
    for (const test of [0, -1, 2.5, Number.NaN]) {
      expect(() => planQueries('small', 1, { ...counts, test })).toThrow(/number of "test" queries is/);
    }
    expect(() => planQueries('small', 1, { ...counts, test: 5000 })).toThrow(
      /too few distinct sentences for the "test" set/,
    );
  });
});

describe('loadQueries', () => {
  const load = (cacheFolder: string, notices: string[] = []) =>
    loadQueries('small', { cacheFolder, counts, onNotice: (line) => notices.push(line) });
  const files = (cacheFolder: string): [string, string] => {
    const [folder, ...others] = readdirSync(cacheFolder);
    expect(others).toEqual([]);
    expect(readdirSync(join(cacheFolder, folder!)).sort()).toEqual(['features.bin', 'index.json']);
    return [join(cacheFolder, folder!, 'features.bin'), join(cacheFolder, folder!, 'index.json')];
  };

  test('makes the same bytes twice, and reads back what it made', async () => {
    const [a, b] = [temporaryFolder(), temporaryFolder()];
    const steps: number[] = [];
    const made = await loadQueries('small', {
      cacheFolder: a,
      counts,
      onProgress: (done) => steps.push(done),
    });
    expect(steps).toEqual(Array.from({ length: 7 }, (_, i) => i + 1));
    await load(b);
    for (const i of [0, 1] as const) expect(readFileSync(files(a)[i])).toEqual(readFileSync(files(b)[i]));
    const kept = await loadQueries('small', { cacheFolder: a, counts, onProgress: () => steps.push(0) });
    expect(steps).not.toContain(0);
    expect(kept).toEqual(made);
    expect(kept.name).toBe('queries-small');
    expect(Object.fromEntries(Object.entries(kept.sets).map(([set, { length }]) => [set, length]))).toEqual(
      counts,
    );
    for (const { frames, features, transcript } of Object.values(kept.sets).flat()) {
      expect(features).toHaveLength(frames * kept.bands);
      expect(frames).toBeGreaterThan(2 * transcript.length);
      expect(Math.max(...features.map(Math.abs))).toBeGreaterThan(1);
    }
    expect(kept.sets['flite']!.every(({ voice }) => voice.startsWith('flite/'))).toBe(true);
  });

  test('never uses a damaged cache: it says so and makes the corpus anew', async () => {
    const folder = temporaryFolder();
    const made = await load(folder);
    const [features, index] = files(folder);
    const text = readFileSync(index, 'utf8');
    const bytes = readFileSync(features);
    const damages: (() => void)[] = [
      () =>
        writeFileSync(
          features,
          bytes.map((x, i) => (i === 1000 ? x ^ 1 : x)),
        ),
      () => truncateSync(features, bytes.length - 4),
      () => appendFileSync(features, 'x'),
      () => writeFileSync(index, text.replace(/"transcript":"\w/, '"transcript":"q')),
      () => writeFileSync(index, text.slice(0, 100)),
      () => writeFileSync(index, 'null'),
      () => rmSync(index),
    ];
    for (const damage of damages) {
      damage();
      const notices: string[] = [];
      expect(await load(folder, notices)).toEqual(made);
      expect(notices).toHaveLength(1);
      expect(notices[0]).toMatch(/is damaged .* made anew/);
      expect(readFileSync(features)).toEqual(bytes);
    }
  });

  test('leaves nothing where a corpus cannot be made', async () => {
    const folder = temporaryFolder();
    await expect(loadQueries('small', { cacheFolder: folder, counts: { test: -1 } })).rejects.toThrow(
      InputError,
    );
    await expect(loadQueries('huge' as 'small', { cacheFolder: folder })).rejects.toThrow(/no size "huge"/);
    expect(readdirSync(folder)).toEqual([]);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(load(file)).rejects.toThrow(InputError);
    expect(existsSync(join(file, 'x'))).toBe(false);
  });
});
