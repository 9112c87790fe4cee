import { InputError } from '../../../errors.ts';
import { trainingSeconds } from '../../experiments/cost.ts';
import type { Measure } from '../../experiments/measure.ts';
import type { Task } from '../../experiments/task.ts';
import { alphabetSize } from '../alphabet.ts';
import { parseConfig, type SpeechConfig } from '../config.ts';
import { loadCorpus } from '../corpora/index.ts';
import { DEFAULT_BANDS } from '../features/logMel.ts';

/** Speech on one corpus: words with lexicon and n-gram model, words and letters decoded greedily. */
export interface SpeechTaskOptions {
  readonly corpus: string;
  readonly corpusSeed?: number;
  /** Bands of its feature rows, which sizes depend on; as every corpus has unless given. */
  readonly bands?: number;
  /** Sections of a configuration, with their defaults where nothing is said; the learning rate is searched for. */
  readonly settings: SpeechSettings;
  /** Hours of speech in one epoch, for the estimate of cost alone. */
  readonly speechHours: number;
  /** What keeps the development set apart. */
  readonly development?: string;
  /** What the intervals leave out, if anything. */
  readonly notDrawn?: string;
}

/** Values of a configuration file's sections. */
export interface SpeechSettings {
  readonly features?: Partial<SpeechConfig['features']>;
  readonly training?: Partial<Omit<SpeechConfig['training'], 'learningRate' | 'augment'>> & {
    readonly augment?: Partial<SpeechConfig['training']['augment']>;
  };
  readonly decoding?: Partial<SpeechConfig['decoding']>;
}

const wer: Measure = {
  key: 'wer',
  label: 'WER',
  column: 'wordErrors',
  units: 'words',
  better: 'lower',
  unit: 'share',
};

/** Error rates: of words with lexicon and n-gram model, of words and of letters (spaces among them) decoded greedily. */
export const SPEECH_MEASURES = [
  wer,
  { ...wer, key: 'greedyWer', label: 'greedy WER', column: 'greedyWordErrors' },
  {
    key: 'greedyLer',
    rowKey: 'ler',
    label: 'greedy letters',
    column: 'greedyLetterErrors',
    units: 'letters',
    better: 'lower',
    unit: 'share',
  },
] as const satisfies readonly Measure[];

/** The speech task as comparisons of models know it. */
export function speechTask({
  corpus,
  corpusSeed = 1,
  bands = DEFAULT_BANDS,
  settings,
  speechHours,
  development = 'none of whose sentences is in training or in the test',
  notDrawn,
}: SpeechTaskOptions): Task {
  const { training, ...sections } = settings;
  const stack = settings.features?.stack ?? DEFAULTS.features.stack;
  return {
    name: 'speech',
    corpus,
    inputSize: bands * stack,
    outputSize: alphabetSize,
    measures: SPEECH_MEASURES,
    settings,
    epochs: training?.epochs ?? DEFAULTS.training.epochs,
    words: {
      items: 'utterances',
      step: 'frame',
      measures:
        'WER is the word error rate on held-out utterances with a lexicon and an n-gram model of the training sentences, averaged over seeds; greedy is without them.',
      notDrawn,
      development,
      diverged: 'all its words count as errors',
    },
    configure({ name, seed, epochs, learningRate, model }): SpeechConfig {
      return parseConfig(
        {
          name,
          seed,
          corpus,
          corpusSeed,
          ...sections,
          training: { ...training, epochs, learningRate },
          models: [model],
        },
        `experiment ${name}`,
      );
    },
    estimateSeconds(epochs, { macs }) {
      const rows = (epochs * speechHours * FRAMES_PER_HOUR) / stack;
      return trainingSeconds(rows, macs, SECONDS_PER_ROW);
    },
    async prepare(options) {
      const found = await loadCorpus(corpus, { ...options, seed: corpusSeed });
      if (found.bands !== bands) {
        throw new InputError(
          `corpus ${corpus} has ${found.bands} bands; expected the ${bands} that models are sized for`,
        );
      }
    },
  };
}

/** 10 ms frames in an hour. */
const FRAMES_PER_HOUR = 360_000;
/** Features, cells and CTC for one stacked frame. */
const SECONDS_PER_ROW = 9e-6;

/** What a configuration has without a word about it. */
const DEFAULTS = parseConfig(
  { name: 'defaults', corpus: 'none', models: [{ name: 'none', layers: [{ hidden: 1 }] }] },
  'defaults',
);
