import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../../src/index.ts';
import { loadFashionRows, parseImages } from '../../../src/tasks/fashionRows/data.ts';
import { fakeDebian } from '../fakeDebian.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';
import { idx } from './idxBytes.ts';

const SIZE = 28 * 28;
const folder = 'usr/share/datasets/fashion-mnist';

/** The package, with image i of class i mod 10 that holds i mod 251 everywhere. */
function packaged(train = 5003, labels = train): Record<string, Uint8Array> {
  const images = (count: number) =>
    gzipSync(
      idx(
        [count, 28, 28],
        new Uint8Array(count * SIZE).map((_, i) => Math.floor(i / SIZE) % 251),
      ),
    );
  const classes = (count: number) =>
    gzipSync(
      idx(
        [count],
        new Uint8Array(count).map((_, i) => i % 10),
      ),
    );
  return {
    [`${folder}/train-images-idx3-ubyte.gz`]: images(train),
    [`${folder}/train-labels-idx1-ubyte.gz`]: classes(labels),
    [`${folder}/t10k-images-idx3-ubyte.gz`]: images(4),
    [`${folder}/t10k-labels-idx1-ubyte.gz`]: classes(4),
  };
}

describe('loadFashionRows', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('fetches once, and holds out the last 5,000 images of the training file', async () => {
    fakeDebian(packaged());
    const cacheFolder = temporaryFolder();
    const labels: string[] = [];
    const data = await loadFashionRows({ cacheFolder, onProgress: (_, __, label) => labels.push(label) });
    expect(Object.values(data.sets).map(({ count }) => count)).toEqual([3, 5000, 4]);
    const { train, development, test } = data.sets;
    expect([...train.labels]).toEqual([0, 1, 2]);
    expect([...development.labels.subarray(0, 3)]).toEqual([3, 4, 5]);
    expect([...test.labels]).toEqual([0, 1, 2, 3]);
    expect(development.pixels.length).toBe(5000 * SIZE);
    expect([development.pixels[0], development.pixels[SIZE]]).toEqual([3, 4]);
    expect(new Set(labels)).toEqual(new Set(['fetching fashion-rows', 'reading fashion-rows']));
    expect(readdirSync(cacheFolder)).toEqual(['debian-dataset-fashion-mnist']);
    vi.stubEnv('PATH', '');
    const { sets } = await loadFashionRows({ cacheFolder });
    for (const set of ['train', 'development', 'test'] as const) {
      expect(Buffer.compare(sets[set].pixels, data.sets[set].pixels)).toBe(0);
      expect(Buffer.compare(sets[set].labels, data.sets[set].labels)).toBe(0);
    }
  });

  test('says what is missing', async () => {
    const cacheFolder = temporaryFolder();
    vi.stubEnv('PATH', '');
    await expect(loadFashionRows({ cacheFolder })).rejects.toThrow(
      "The task fashion-rows comes from Debian's package dataset-fashion-mnist, fetched with apt-get, which failed: it is not installed",
    );
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  test('refuses a package that lacks a file, and keeps nothing of it', async () => {
    const { [`${folder}/t10k-labels-idx1-ubyte.gz`]: _, ...rest } = packaged();
    fakeDebian(rest);
    const cacheFolder = temporaryFolder();
    await expect(loadFashionRows({ cacheFolder })).rejects.toThrow(InputError);
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  test('names a kept file that is damaged, and how to be rid of it', async () => {
    fakeDebian(packaged());
    const cacheFolder = temporaryFolder();
    await loadFashionRows({ cacheFolder });
    const kept = join(cacheFolder, 'debian-dataset-fashion-mnist');
    writeFileSync(join(kept, 't10k-labels-idx1-ubyte.gz'), 'no gzip');
    const again = loadFashionRows({ cacheFolder });
    await expect(again).rejects.toThrow(InputError);
    await expect(again).rejects.toThrow(
      /^t10k-labels-idx1-ubyte\.gz cannot be read: .*; remove .*ubyte\.gz to fetch it anew\.$/,
    );
  });

  test('refuses labels for another number of images, and too few images', async () => {
    fakeDebian(packaged(5003, 5002));
    await expect(loadFashionRows({ cacheFolder: temporaryFolder() })).rejects.toThrow(
      /has 5002 labels, expected one for each of 5003 images/,
    );
    fakeDebian(packaged(5000));
    await expect(loadFashionRows({ cacheFolder: temporaryFolder() })).rejects.toThrow(
      /has 5000 images, expected more than the 5000 of development/,
    );
  });
});

describe('parseImages', () => {
  const images = { bytes: idx([1, 28, 28], new Uint8Array(SIZE)), source: 'images' };

  test('refuses images of another size', () => {
    const wide = { bytes: idx([1, 28, 27], new Uint8Array(28 * 27)), source: 'wide' };
    const labels = { bytes: idx([1], [0]), source: 'labels' };
    expect(() => parseImages(wide, labels)).toThrow('wide has images of 28 × 27, expected 28 × 28.');
  });

  test('refuses a class beyond the ten', () => {
    const labels = { bytes: idx([1], [10]), source: 'labels' };
    expect(() => parseImages(images, labels)).toThrow('labels: label 0 is 10, expected 0 to 9.');
  });
});
