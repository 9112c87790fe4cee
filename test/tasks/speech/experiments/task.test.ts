import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Contender, Experiment } from '../../../../src/tasks/experiments/experiment.ts';
import { planRuns } from '../../../../src/tasks/experiments/plan.ts';
import { parseRunRecord } from '../../../../src/tasks/experiments/runRecord.ts';
import { SPEECH_MEASURES, speechTask } from '../../../../src/tasks/speech/experiments/task.ts';
import { wav } from '../audio/wavBytes.ts';
import { temporaryFolder } from '../corpora/temporaryFolder.ts';

const sharedLowRank: Contender['layers'] = (hidden, size) => [
  { hidden, input: { lowRank: size }, recurrent: { sharedLowRank: size } },
  { hidden, recurrent: { sharedLowRank: size } },
];

/** Spoken queries as they were when the ids below were given. */
const queries: Experiment = {
  name: 'spoken-queries',
  question: '',
  comparisons: [
    {
      task: speechTask({
        corpus: 'queries-comparison',
        settings: { training: { epochs: 8 } },
        speechHours: 3.6,
      }),
      testSets: ['test', 'flite'],
      judge: 'wer',
      width: { candidates: [80, 160], improvement: 0.003 },
      search: { learningRates: [0.002, 0.004, 0.008], seed: 101, length: 0.5 },
      models: [
        { name: 'dense', role: '', seeds: 5, layers: (hidden) => [{ hidden }, { hidden }] },
        {
          name: 'hybrid',
          role: '',
          seeds: 5,
          layers: (hidden, size) => [
            { hidden, input: { toeplitzLike: 4 }, recurrent: { sharedLowRank: size } },
            { hidden, recurrent: { sharedLowRank: size } },
          ],
          parameters: { atMost: 0.25 },
        },
        {
          name: 'dense-compressed',
          role: '',
          seeds: 3,
          layers: sharedLowRank,
          parameters: { like: 'hybrid' },
          start: { from: 'dense', epochs: 5, learningRates: [0.0005, 0.001, 0.002] },
        },
      ],
      claims: [],
      pairs: [],
    },
  ],
};

test('the same trainings keep their ids, so that the runs there are count', () => {
  const ids = planRuns(queries, () => undefined).runs.map(({ id }) => id);
  for (const id of [
    'dense/rate0.002-seed101-f272c2d7e1',
    'dense/rate0.008-seed101-0b5d01a9b5',
    'hybrid/rate0.004-seed101-25ac59bc6b',
    'dense-compressed/rate0.0005-seed101-9f26c1433e',
    'hybrid/rate0.004-seed1-3d55860e4d',
    'dense-compressed/rate0.001-seed3-a3343d06bb',
  ]) {
    expect(ids).toContain(id);
  }
  const validated = {
    ...queries.comparisons[0]!,
    task: speechTask({
      corpus: 'asterisk',
      settings: { training: { epochs: 60, augment: { timeMasks: 2 } } },
      speechHours: 0.3,
    }),
    folds: 10,
    width: { candidates: [96], improvement: 0.003 },
    search: { learningRates: [0.002, 0.004, 0.008], seed: 1 },
  };
  const folds = planRuns({ ...queries, name: 'human-speech', comparisons: [validated] }, () => undefined);
  expect(folds.runs[0]!.id).toBe('dense/rate0.002-seed1-part1-b63deca160');
});

test('the record of a run as it has been written since the first one is read', () => {
  const record = {
    id: 'dense/rate0.002-seed101-b36a4faf69',
    maps: '160 dense/dense · 160 dense/dense',
    layers: [{ hidden: 160, cell: 'lstm', bidirectional: false, input: 'dense', recurrent: 'dense' }],
    parameters: 389949,
    lstmParameters: 385280,
    macsPerFrame: 388640,
    losses: [204.28050231933594, 103.2259750366211, 239.529296875],
    seconds: 149.76688965399984,
    framesPerSecond: 38007.73330574389,
    sets: {
      development: {
        words: [8, 6, 9],
        wordErrors: [0, 0, 2],
        greedyWordErrors: [2, 2, 4],
        letters: [41, 39, 46],
        greedyLetterErrors: [3, 2, 9],
      },
    },
    backend: 'wasm',
    node: 'v24.21.0',
    commit: 'c90b3241e718a4010ba5b87415f206f79050d0d2',
  };
  expect(parseRunRecord(record, record.id, SPEECH_MEASURES, 'metrics.json')).toBe(record);
});

test('a corpus of other features than the models are sized for is refused, and one that is not there', async () => {
  const folder = temporaryFolder();
  const manifest = join(folder, 'list.txt');
  const tone = Array.from({ length: 4000 }, (_, n) => Math.sin(n / 4) / 2);
  writeFileSync(join(folder, 'a.wav'), wav(tone, { encoding: 1, bits: 16, sampleRate: 8000 }));
  writeFileSync(manifest, 'a.wav\thello');
  const prepare = (corpus: string, bands: number) =>
    speechTask({ corpus, bands, settings: {}, speechHours: 1 }).prepare({
      cacheFolder: folder,
      onProgress: () => {},
    });
  await prepare(manifest, 40);
  await expect(prepare(manifest, 20)).rejects.toThrow(
    /list\.txt has 40 bands; expected the 20 that models are sized for/,
  );
  await expect(prepare('nothing', 40)).rejects.toThrow(/"nothing" is neither a corpus nor a manifest file/);
});
