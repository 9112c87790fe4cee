import { InputError } from '../../../errors.ts';
import { wordsOf } from '../alphabet.ts';

export const sentenceStart = '<s>';
export const sentenceEnd = '</s>';
export const unknownWord = '<unk>';

/**
 * How often each n-gram occurred: words joined by single spaces, the last one counted after the others.
 * Only the longest n-gram that ends at a word is kept (`order` words, or fewer back to `<s>`): the
 * counts of shorter ones are sums of these.
 */
export interface NgramCounts {
  readonly order: number;
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Counts the n-grams of sentences, each between `<s>` and `</s>`.
 *
 * @throws InputError without sentences, on an order below 1, or on a word that is a reserved mark
 */
export function countNgrams(sentences: readonly string[], order: number): NgramCounts {
  checkOrder(order, 'order');
  if (sentences.length === 0) {
    throw new InputError('sentences is empty; expected at least one to estimate an n-gram model from');
  }
  const counts = new Map<string, number>();
  for (const [index, sentence] of sentences.entries()) {
    const words = wordsOf(sentence);
    const reserved = words.find(isReserved);
    if (reserved !== undefined) {
      throw new InputError(`sentences[${index}] holds ${reserved}, a reserved mark; expected plain words`);
    }
    const marked = [sentenceStart, ...words, sentenceEnd];
    for (let i = 1; i < marked.length; i++) {
      const ngram = marked.slice(Math.max(0, i - order + 1), i + 1).join(' ');
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
  }
  return { order, counts };
}

/** Counts as a plain record for JSON. */
export function countsToJSON({ order, counts }: NgramCounts): NgramCountsJSON {
  return { order, counts: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

export interface NgramCountsJSON {
  order: number;
  /** N-gram and count, in ascending order of n-gram. */
  counts: [ngram: string, count: number][];
}

/**
 * The inverse of `countsToJSON`, for a value of unknown origin.
 *
 * @param where what an error message names, such as a file
 * @throws InputError naming the entry that is not as `countsToJSON` writes it
 */
export function countsFromJSON(value: unknown, where: string): NgramCounts {
  if (typeof value !== 'object' || value === null || !('order' in value) || !('counts' in value)) {
    throw new InputError(`${where}: expected a record with order and counts`);
  }
  const order = checkOrder(value.order, `${where}: order`);
  if (!Array.isArray(value.counts) || value.counts.length === 0) {
    throw new InputError(`${where}: counts: expected a non-empty list of [n-gram, count]`);
  }
  const counts = new Map<string, number>();
  const predicted = new Set<string>();
  for (const [index, entry] of value.counts.entries()) {
    const [ngram, count] = checkEntry(entry, order, `${where}: counts[${index}]`);
    if (counts.has(ngram)) throw new InputError(`${where}: counts[${index}] repeats "${ngram}"`);
    counts.set(ngram, count);
    predicted.add(ngram.slice(ngram.lastIndexOf(' ') + 1));
  }
  for (const ngram of counts.keys()) {
    const stray = ngram.split(' ').find((word) => word !== sentenceStart && !predicted.has(word));
    if (stray !== undefined) {
      throw new InputError(`${where}: "${ngram}" follows the word ${stray}, which has no count of its own`);
    }
  }
  return { order, counts };
}

function checkOrder(order: unknown, name: string): number {
  if (typeof order !== 'number' || !Number.isInteger(order) || order < 1) {
    throw new InputError(`${name} is ${String(order)}; expected an integer, 1 or more`);
  }
  return order;
}

function checkEntry(entry: unknown, order: number, where: string): [string, number] {
  const [ngram, count] = Array.isArray(entry) && entry.length === 2 ? entry : [];
  if (typeof ngram !== 'string' || !Number.isSafeInteger(count) || count < 1) {
    throw new InputError(`${where} is ${JSON.stringify(entry)}; expected [n-gram, count of 1 or more]`);
  }
  const words = ngram.split(' ');
  const last = words.length - 1;
  const wellFormed = words.every(
    (word, i) =>
      (word !== '' && !/\s/.test(word) && !isReserved(word)) ||
      (word === sentenceStart && i === 0 && last > 0) ||
      (word === sentenceEnd && i === last),
  );
  const longest = words.length === order || (words.length < order && words[0] === sentenceStart);
  if (!wellFormed || !longest) {
    throw new InputError(
      `${where} is "${ngram}"; expected ${order} words, or fewer that begin with ${sentenceStart}, ` +
        `${sentenceEnd} nowhere but last`,
    );
  }
  return [ngram, count];
}

function isReserved(word: string): boolean {
  return word === sentenceStart || word === sentenceEnd || word === unknownWord;
}
