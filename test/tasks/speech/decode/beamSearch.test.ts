import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { alphabetSize, decode, encode } from '../../../../src/tasks/speech/alphabet.ts';
import { createDecoder, type DecoderOptions } from '../../../../src/tasks/speech/decode/beamSearch.ts';
import { greedyDecode } from '../../../../src/tasks/speech/decode/greedy.ts';
import { Lexicon } from '../../../../src/tasks/speech/decode/lexicon.ts';
import { trainNgramModel } from '../../../../src/tasks/speech/decode/ngramModel.ts';

/** The classes that the small cases use: blank, space, a and b. */
const used = [0, ...encode(' ab', 'letters')];

/** Posteriors of the used classes, one row per frame, as log-probabilities of all classes. */
function logProbsOf(rows: readonly (readonly number[])[]): Float32Array {
  const logProbs = new Float32Array(rows.length * alphabetSize).fill(Number.NEGATIVE_INFINITY);
  for (const [t, row] of rows.entries()) {
    const sum = row.reduce((a, b) => a + b, 0);
    for (const [k, weight] of row.entries()) logProbs[t * alphabetSize + used[k]!] = Math.log(weight / sum);
  }
  return logProbs;
}

/** Score of every text with a non-zero probability, summed over all alignments one by one. */
function bruteForce(rows: readonly (readonly number[])[], options: DecoderOptions): Map<string, number> {
  const logProbs = logProbsOf(rows);
  const mass = new Map<string, number>();
  const visit = (t: number, path: readonly number[], probability: number): void => {
    if (probability === 0) return;
    if (t === rows.length) {
      const letters = path.filter((c, i) => c !== 0 && c !== path[i - 1]);
      const text = decode(letters);
      mass.set(text, (mass.get(text) ?? 0) + probability);
      return;
    }
    for (const c of used) visit(t + 1, [...path, c], probability * Math.exp(logProbs[t * alphabetSize + c]!));
  };
  visit(0, [], 1);

  const { ngram, lexicon, languageWeight = 1, wordBonus = 0 } = options;
  const scores = new Map<string, number>();
  for (const [text, probability] of mass) {
    const words = text === '' ? [] : text.split(' ');
    if (words.some((word) => word === '' || (lexicon && !lexicon.words.includes(word)))) continue;
    let score = Math.log(probability) + wordBonus * words.length;
    if (ngram) {
      for (const [i, word] of [...words, '</s>'].entries()) {
        score += languageWeight * ngram.logProbability(['<s>', ...words.slice(0, i)], word);
      }
    }
    scores.set(text, score);
  }
  return scores;
}

/** The same beam search, at its plainest: prefixes are strings, their language score is made anew each time. */
function searchOnStrings(logProbs: Float32Array, frames: number, options: DecoderOptions) {
  const { ngram, lexicon, beamWidth, languageWeight = 1, wordBonus = 0 } = options;
  const known = lexicon?.words ?? ngram?.words ?? [];
  const scoreOf = (history: readonly string[], next: string) =>
    wordBonus + (ngram ? languageWeight * ngram.logProbability(['<s>', ...history], next) : 0);
  const finished = (words: readonly string[]) =>
    words.reduce((sum, next, i) => sum + scoreOf(words.slice(0, i), next), 0);
  /** Score of the finished words and the most that the unfinished one can add. */
  const promise = (text: string): number => {
    const words = text.split(' ');
    const open = words.pop()!;
    if (open === '') return finished(words);
    const candidates = known.filter((next) => next.startsWith(open));
    if (!lexicon) candidates.push('<unk>');
    return finished(words) + Math.max(...candidates.map((next) => scoreOf(words, next)));
  };
  const isWord = (text: string) => text !== '' && (!lexicon || lexicon.words.includes(text));
  const allowed = (prefix: string, letter: string) => {
    const open = prefix.slice(prefix.lastIndexOf(' ') + 1);
    if (letter === ' ') return isWord(open);
    return !lexicon || lexicon.words.some((next) => next.startsWith(open + letter));
  };
  const add = (...logs: number[]) => Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0));

  let beam = new Map([['', { blank: 0, letter: Number.NEGATIVE_INFINITY }]]);
  for (let t = 0; t < frames; t++) {
    const next: typeof beam = new Map();
    const slot = (text: string) => {
      const mass = next.get(text) ?? { blank: Number.NEGATIVE_INFINITY, letter: Number.NEGATIVE_INFINITY };
      next.set(text, mass);
      return mass;
    };
    for (const [prefix, { blank, letter }] of beam) {
      const of = (c: number) => logProbs[t * alphabetSize + c]!;
      slot(prefix).blank = add(slot(prefix).blank, add(blank, letter) + of(0));
      for (let c = 1; c < alphabetSize; c++) {
        const symbol = decode([c]);
        const repeated = prefix.endsWith(symbol);
        if (repeated) slot(prefix).letter = add(slot(prefix).letter, letter + of(c));
        if (!allowed(prefix, symbol)) continue;
        const longer = slot(prefix + symbol);
        longer.letter = add(longer.letter, (repeated ? blank : add(blank, letter)) + of(c));
      }
    }
    const ranked = [...next].map(
      ([prefix, mass]) => [prefix, mass, add(mass.blank, mass.letter) + promise(prefix)] as const,
    );
    ranked.sort((a, b) => b[2] - a[2]);
    beam = new Map(
      ranked
        .filter(([, , rank]) => rank > Number.NEGATIVE_INFINITY)
        .slice(0, beamWidth)
        .map(([prefix, mass]) => [prefix, mass]),
    );
  }

  const whole = [...beam].flatMap(([text, mass]) => {
    const words = text === '' ? [] : text.split(' ');
    if (!words.every(isWord)) return [];
    const end = ngram ? languageWeight * ngram.logProbability(['<s>', ...words], '</s>') : 0;
    return [{ words: text, score: add(mass.blank, mass.letter) + finished(words) + end }];
  });
  const cutBack = [...beam.keys()][0]!.split(' ').slice(0, -1).join(' ');
  return whole.reduce((a, b) => (b.score > a.score ? b : a), {
    words: cutBack,
    score: Number.NEGATIVE_INFINITY,
  });
}

const weight = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }));
/** Rows of weights for the used classes; the blank's is never 0, so that some text always has mass. */
const posteriors = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), weight, weight, weight), {
  maxLength: 5,
});
const word = fc.constantFrom('a', 'b', 'ab', 'ba', 'aa', 'abb');
const ngrams = fc
  .array(
    fc.array(word, { maxLength: 4 }).map((words) => words.join(' ')),
    { minLength: 1, maxLength: 5 },
  )
  .map((sentences) => trainNgramModel(sentences));
const lexicons = fc.uniqueArray(word, { minLength: 1 }).map((words) => new Lexicon(words));
const language = fc.record({
  ngram: fc.option(ngrams, { nil: undefined }),
  lexicon: fc.option(lexicons, { nil: undefined }),
  languageWeight: fc.double({ min: 0, max: 2, noNaN: true }),
  wordBonus: fc.double({ min: -2, max: 2, noNaN: true }),
});
const exhaustive = { beamWidth: 1_000_000 };

test('with an unlimited beam it finds the best of all texts, with the score summed over all alignments', () => {
  fc.assert(
    fc.property(posteriors, language, (rows, options) => {
      const found = createDecoder({ ...options, ...exhaustive }).decode(logProbsOf(rows), rows.length);
      const scores = bruteForce(rows, { ...options, ...exhaustive });
      expect(found.score).toBeCloseTo(Math.max(...scores.values()), 6);
      expect(scores.get(found.words)).toBeCloseTo(found.score, 6);
    }),
    { numRuns: 200 },
  );
});

test('no narrower beam beats an unlimited one, and what it finds is never scored above its worth', () => {
  fc.assert(
    fc.property(posteriors, language, fc.integer({ min: 1, max: 8 }), (rows, options, beamWidth) => {
      const logProbs = logProbsOf(rows);
      const wide = createDecoder({ ...options, ...exhaustive }).decode(logProbs, rows.length);
      const narrow = createDecoder({ ...options, ...exhaustive, beamWidth }).decode(logProbs, rows.length);
      expect(narrow.score).toBeLessThanOrEqual(wide.score + 1e-6);
      const worth = bruteForce(rows, options as DecoderOptions).get(narrow.words);
      if (narrow.score > Number.NEGATIVE_INFINITY) {
        expect(narrow.score).toBeLessThanOrEqual(worth! + 1e-6);
      }
    }),
    { numRuns: 200 },
  );
});

describe('on full posteriors', () => {
  // From a generator, not from fast-check's own numbers, which repeat: equal scores have no best.
  const utterance = fc
    .record({ frames: fc.integer({ min: 0, max: 12 }), seed: fc.nat(1_000_000) })
    .map(({ frames, seed }) => ({ frames, logProbs: randomPosteriors(frames, seed) }));

  test('no word outside the lexicon comes out, whatever the beam', () => {
    const lexicon = new Lexicon(['call', 'john', 'mary', 'a', "what's", 'an', 'on', 'off', 'it']);
    const ngram = trainNgramModel(['call john', 'call mary', "what's on", 'off it', 'call a man']);
    fc.assert(
      fc.property(utterance, fc.integer({ min: 1, max: 10 }), fc.boolean(), (audio, beamWidth, plain) => {
        const decoder = createDecoder({ lexicon, ngram: plain ? undefined : ngram, beamWidth });
        const { words } = decoder.decode(audio.logProbs, audio.frames);
        for (const found of words === '' ? [] : words.split(' ')) expect(lexicon.words).toContain(found);
      }),
    );
  });

  test('every beam keeps the prefixes that a search on strings keeps', () => {
    fc.assert(
      fc.property(
        utterance,
        language,
        fc.integer({ min: 1, max: 8 }),
        ({ logProbs, frames }, options, beamWidth) => {
          const setting = { ...options, beamWidth };
          const found = createDecoder(setting).decode(logProbs, frames);
          const expected = searchOnStrings(logProbs, frames, setting);
          expect(found.words).toBe(expected.words);
          expect(found.score).toBeCloseTo(expected.score, 9);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a beam of thousands of prefixes is one of them', () => {
    fc.assert(
      fc.property(utterance, ({ logProbs, frames }) => {
        const setting = { beamWidth: 400, wordBonus: -0.5 };
        const found = createDecoder(setting).decode(logProbs, frames);
        const expected = searchOnStrings(logProbs, frames, setting);
        expect(found.words).toBe(expected.words);
        expect(found.score).toBeCloseTo(expected.score, 9);
      }),
      { numRuns: 10 },
    );
  });

  test('a decoder remembers nothing of the utterances before', () => {
    const lexicon = new Lexicon(['a', 'an', 'on', 'it', 'in']);
    const ngram = trainNgramModel(['on it', 'in a']);
    fc.assert(
      fc.property(utterance, utterance, (first, second) => {
        const options = { lexicon, ngram, beamWidth: 6 };
        const decoder = createDecoder(options);
        decoder.decode(first.logProbs, first.frames);
        expect(decoder.decode(second.logProbs, second.frames)).toEqual(
          createDecoder(options).decode(second.logProbs, second.frames),
        );
      }),
    );
  });
});

describe('worked by hand', () => {
  // Where best-path decoding fails, after Graves: blank 0.6 and a 0.4 in both frames. The best path is two blanks (0.36),
  // but the three paths of "a" add up to 0.64.
  const rows = [
    [0.6, 0, 0.4, 0],
    [0.6, 0, 0.4, 0],
  ];

  test('the likeliest text is not that of the likeliest path', () => {
    expect(greedyDecode(logProbsOf(rows), 2, alphabetSize)).toBe('');
    const { words, score } = createDecoder({ beamWidth: 4 }).decode(logProbsOf(rows), 2);
    expect(words).toBe('a');
    expect(score).toBeCloseTo(Math.log(0.64), 6);
  });

  test('weight and bonus enter as α ln P + β per word', () => {
    const ngram = trainNgramModel(['a']);
    // Over a, </s> and the unknown word: P(a) = P(</s>) = (1 + 2/3)/4, P(a | <s>) = (1 + P(a))/2, and
    // P(</s> | <s> a) backs off twice from one count: (1 + (1 + P(</s>))/2)/2.
    const unigram = 5 / 12;
    const first = (1 + unigram) / 2;
    const last = (1 + (1 + unigram) / 2) / 2;
    const decoder = createDecoder({ ngram, beamWidth: 4, languageWeight: 0.5, wordBonus: 0.3 });
    expect(decoder.decode(logProbsOf(rows), 2).score).toBeCloseTo(
      Math.log(0.64) + 0.5 * (Math.log(first) + Math.log(last)) + 0.3,
      6,
    );
  });

  test('a double letter needs a blank between', () => {
    const clear = [
      [0, 0, 1, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 0],
    ];
    expect(createDecoder({ beamWidth: 4 }).decode(logProbsOf(clear), 4).words).toBe('aa');
  });

  test('the language model chooses between words that sound alike', () => {
    const alike = [
      [0.02, 0, 0.5, 0.48],
      [0.02, 0.98, 0, 0],
      [0.02, 0, 0.5, 0.48],
    ];
    const ngram = trainNgramModel(['a b', 'a b', 'b']);
    const lexicon = new Lexicon(['a', 'b']);
    const decode3 = (options: Partial<DecoderOptions>) =>
      createDecoder({ beamWidth: 8, lexicon, ...options }).decode(logProbsOf(alike), 3).words;
    expect(decode3({})).toBe('a a');
    expect(decode3({ ngram })).toBe('a b');
    expect(decode3({ ngram, languageWeight: 0 })).toBe('a a');
  });

  test('what breaks off inside a word is cut back to its finished words', () => {
    const rows3 = [
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ];
    const lexicon = new Lexicon(['a', 'ba']);
    expect(createDecoder({ lexicon, beamWidth: 4 }).decode(logProbsOf(rows3), 3)).toEqual({
      words: 'a',
      score: Number.NEGATIVE_INFINITY,
    });
  });

  test('a letter below the threshold extends nothing, however great the bonus', () => {
    const faint = [[1, 0, 1e-8, 0]];
    const words = (letterThreshold?: number) =>
      createDecoder({ beamWidth: 4, wordBonus: 30, letterThreshold }).decode(logProbsOf(faint), 1).words;
    expect(words(-20)).toBe('a');
    expect(words(-15)).toBe('');
    expect(words()).toBe('a');
  });

  test('no frames are no words', () => {
    expect(createDecoder({ beamWidth: 4 }).decode(new Float32Array(0), 0)).toEqual({ words: '', score: 0 });
  });
});

describe('refuses', () => {
  test.each([
    ['a beam of 0', { beamWidth: 0 }],
    ['a beam of 2.5', { beamWidth: 2.5 }],
    ['a negative weight', { beamWidth: 2, languageWeight: -1 }],
    ['an infinite weight', { beamWidth: 2, languageWeight: Number.POSITIVE_INFINITY }],
    ['a bonus that is NaN', { beamWidth: 2, wordBonus: Number.NaN }],
    ['a threshold that is NaN', { beamWidth: 2, letterThreshold: Number.NaN }],
  ])('%s', (_, options) => {
    expect(() => createDecoder(options)).toThrow(InputError);
  });

  test.each([
    ['NaN', new Float32Array(alphabetSize).fill(Number.NaN), 1],
    ['another length', new Float32Array(alphabetSize + 1), 1],
    ['half a frame', new Float32Array(alphabetSize), 0.5],
  ])('log-probabilities with %s', (_, logProbs, frames) => {
    expect(() => createDecoder({ beamWidth: 2 }).decode(logProbs, frames)).toThrow(InputError);
  });
});

/** Posteriors that favour the blank, the space, a and b by turns. */
function randomPosteriors(frames: number, seed: number): Float32Array {
  let state = (seed % 2147483646) + 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const logProbs = new Float32Array(frames * alphabetSize);
  for (let t = 0; t < frames; t++) {
    const row = logProbs.subarray(t * alphabetSize, (t + 1) * alphabetSize);
    for (let c = 0; c < alphabetSize; c++) row[c] = 8 * random() + (used.includes(c) ? 4 : 0);
    const sum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
    for (let c = 0; c < alphabetSize; c++) row[c] = row[c]! - sum;
  }
  return logProbs;
}
