import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../../errors.ts';
import { keptDebianFiles } from '../debianPackage.ts';
import { parseIdx } from './idx.ts';

/** Grey images of one size, each with its class. */
export interface ImageSet {
  readonly count: number;
  /** `[count, ROWS, COLUMNS]`, from 0, black, to 255. */
  readonly pixels: Uint8Array;
  /** `[count]` */
  readonly labels: Uint8Array;
}

export interface FashionRows {
  readonly sets: Readonly<Record<'train' | 'development' | 'test', ImageSet>>;
}

export interface LoadOptions {
  /** Where what is fetched is kept. */
  readonly cacheFolder: string;
  readonly onProgress?: (done: number, total: number, label: string) => void;
}

export const ROWS = 28;
export const COLUMNS = 28;
export const CLASSES = 10;
/** Images at the end of the training file that are the development set. */
export const DEVELOPMENT = 5000;

/**
 * Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 images of clothing, the last 5,000 of them for development, and
 * 10,000 to test on. Expat licence, as Debian packs it, fetched with `apt-get download` once.
 *
 * @throws InputError where it cannot be fetched, or a file is not what it should be
 */
export async function loadFashionRows({
  cacheFolder,
  onProgress = () => {},
}: LoadOptions): Promise<FashionRows> {
  const paths = FILES.map((file) => `usr/share/datasets/fashion-mnist/${file}`);
  onProgress(0, FILES.length, 'fetching fashion-rows');
  const folder = await keptDebianFiles(PACKAGE, paths, { cacheFolder, what: 'The task fashion-rows' });
  const parts: Uint8Array[] = [];
  for (const [i, file] of FILES.entries()) {
    parts.push(await readWhole(join(folder, file)));
    onProgress(i + 1, FILES.length, 'reading fashion-rows');
  }
  const [trainImages, trainLabels, testImages, testLabels] = parts.map((bytes, i) => ({
    bytes,
    source: FILES[i]!,
  }));
  const all = parseImages(trainImages!, trainLabels!);
  const test = parseImages(testImages!, testLabels!);
  if (all.count <= DEVELOPMENT) {
    throw new InputError(
      `${FILES[0]} has ${all.count} images, expected more than the ${DEVELOPMENT} of development.`,
    );
  }
  const cut = all.count - DEVELOPMENT;
  return { sets: { train: part(all, 0, cut), development: part(all, cut, all.count), test } };
}

const PACKAGE = 'dataset-fashion-mnist';
const FILES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];

/** An IDX file, and what errors name. */
interface IdxFile {
  readonly bytes: Uint8Array;
  readonly source: string;
}

/** The images of one IDX file with the classes of another. Throws InputError unless they fit each other. */
export function parseImages(images: IdxFile, classes: IdxFile): ImageSet {
  const { shape, bytes: pixels } = parseIdx(images.bytes, 3, images.source);
  const { bytes: labels } = parseIdx(classes.bytes, 1, classes.source);
  const [count, rows, columns] = shape as [number, number, number];
  if (rows !== ROWS || columns !== COLUMNS) {
    throw new InputError(
      `${images.source} has images of ${rows} × ${columns}, expected ${ROWS} × ${COLUMNS}.`,
    );
  }
  if (labels.length !== count) {
    throw new InputError(
      `${classes.source} has ${labels.length} labels, expected one for each of ${count} images.`,
    );
  }
  const wrong = labels.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new InputError(
      `${classes.source}: label ${wrong} is ${labels[wrong]}, expected 0 to ${CLASSES - 1}.`,
    );
  }
  return { count, pixels, labels };
}

function part({ pixels, labels }: ImageSet, from: number, to: number): ImageSet {
  const size = ROWS * COLUMNS;
  return {
    count: to - from,
    pixels: pixels.subarray(from * size, to * size),
    labels: labels.subarray(from, to),
  };
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return gunzipSync(await readFile(path));
  } catch (error) {
    throw new InputError(
      `${basename(path)} cannot be read: ${(error as Error).message}; remove ${path} to fetch it anew.`,
    );
  }
}
