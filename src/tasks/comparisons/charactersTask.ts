import { InputError } from '../../errors.ts';
import {
  type CharactersConfig,
  type CharacterText,
  loadCharacters,
  parseCharactersConfig,
  scoreCharacters,
  trainCharacters,
} from '../characters/index.ts';
import { trainingSeconds } from '../experiments/cost.ts';
import type { Task } from '../experiments/task.ts';
import type { ClassifierRuns } from './classifierRun.ts';

/** Training chapters that bits per character are measured on. */
const TRAIN_SAMPLE = 100;
/** Different characters of the text, which sizes depend on, and those that are trained on. */
const ALPHABET = 63;
const TRAIN_CHARACTERS = 3_260_000;
/** Everything but the products, for one character. */
const SECONDS_PER_CHARACTER = 4e-6;

/** The King James Version character by character as comparisons of models know it. */
export function charactersTask(
  training: Partial<Omit<CharactersConfig['training'], 'learningRate'>> & { readonly epochs: number },
): Task {
  return {
    name: 'characters',
    corpus: 'king-james-version',
    inputSize: ALPHABET,
    outputSize: ALPHABET,
    measures: [
      {
        key: 'bitsPerCharacter',
        label: 'bits per character',
        column: 'bits',
        units: 'characters',
        better: 'lower',
        unit: 'bits',
      },
    ],
    settings: { training },
    epochs: training.epochs,
    words: {
      items: 'chapters',
      step: 'character',
      measures:
        'Bits per character are −log₂ of the probability of the characters of held-out chapters, each predicted from those before it in its chapter, averaged over seeds.',
      development: 'a tenth of the chapters, none of which is in training or in the test',
      diverged: 'its characters count as if all were equally likely',
    },
    configure: ({ name, seed, epochs, learningRate, model }): CharactersConfig =>
      parseCharactersConfig(
        { name: model.name, seed, layers: model.layers, training: { ...training, epochs, learningRate } },
        `experiment ${name}`,
      ),
    estimateSeconds: (epochs, { macs }) =>
      trainingSeconds(epochs * TRAIN_CHARACTERS, macs, SECONDS_PER_CHARACTER),
    async prepare(options) {
      const { alphabet } = await loadCharacters(options);
      if (alphabet.length !== ALPHABET) {
        throw new InputError(
          `the text has ${alphabet.length} different characters; expected the ${ALPHABET} that models are sized for`,
        );
      }
    },
  };
}

export const charactersRuns: ClassifierRuns<CharactersConfig, CharacterText> = {
  parse: parseCharactersConfig,
  load: loadCharacters,
  train: trainCharacters,
  score(trained, { alphabet, sets }, set, onProgress) {
    const pieces = sets[set as keyof CharacterText['sets']];
    const scored = set === 'train' ? pieces.slice(0, TRAIN_SAMPLE) : pieces;
    const characters = scored.map(({ codes }) => codes.length);
    const bits =
      trained === undefined
        ? characters.map((count) => count * Math.log2(alphabet.length))
        : [...scoreCharacters(trained, scored, alphabet, onProgress).bits];
    return { bits, characters };
  },
  ends: ({ alphabet }) => ({ inputSize: alphabet.length, outputSize: alphabet.length }),
};
