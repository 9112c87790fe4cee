import { InputError } from '../../errors.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { characters } from './characters.ts';
import { fashionRows } from './fashionRows.ts';
import { humanSpeech } from './humanSpeech.ts';
import { spokenQueries } from './spokenQueries.ts';

/** All experiments, the headline first. */
export const EXPERIMENTS: readonly Experiment[] = [spokenQueries, humanSpeech, fashionRows, characters];

/** The experiment of a name. @throws InputError where there is none */
export function experimentOf(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (found === undefined) {
    const names = EXPERIMENTS.map((experiment) => experiment.name).join(', ');
    throw new InputError(`"${name}" is not an experiment; expected one of ${names}`);
  }
  return found;
}
