import { featuresFromAudio } from '../../features/fromAudio.ts';
import type { Features } from '../../features/logMel.ts';
import type { Recipe } from './plan.ts';
import { sayWithEspeak } from './synthesis/espeak.ts';
import { sayWithFlite } from './synthesis/flite.ts';

/**
 * Says a recipe's sentence and takes its features. @throws InputError where the synthesiser's package is not
 * installed.
 */
export async function makeQuery({ transcript, how }: Recipe): Promise<Features> {
  const audio =
    how.engine === 'espeak' ? await sayWithEspeak(transcript, how) : await sayWithFlite(transcript, how);
  return featuresFromAudio(audio);
}
