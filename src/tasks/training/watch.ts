import type { TrainingConfig } from '../config/trainingSchema.ts';
import type { Progress } from './updates.ts';

/*
 * What the course of a training tells. All of it follows from the losses, so that a training which was interrupted and resumed
 * is judged as one that was not.
 */

/** What a user should know after an update: a loss that leaps, or one that no longer falls. */
export function warningsOf(
  { losses, heldOut }: Pick<Progress, 'losses' | 'heldOut'>,
  stepsPerEpoch: number,
  { spikeFactor = 4, plateauEpochs = 5 }: Pick<TrainingConfig, 'spikeFactor' | 'plateauEpochs'>,
): string[] {
  const warnings: string[] = [];
  const step = losses.length;
  if (isSpike(losses, step, spikeFactor) && !isSpike(losses, step - 1, spikeFactor)) {
    const ratio = (losses[step - 1]! / meanBefore(losses, step)).toFixed(1);
    warnings.push(`the loss leaps to ${ratio} times the mean of the ${WINDOW} updates before`);
  }
  if (step % stepsPerEpoch === 0 && epochsWithoutGain(losses, heldOut, stepsPerEpoch) === plateauEpochs) {
    warnings.push(`the loss has not fallen for ${plateauEpochs} epochs`);
  }
  return warnings;
}

/** Whether a training is to end before its last epoch, because the loss has not fallen for long enough. */
export function endsEarly(
  { losses, heldOut }: Pick<Progress, 'losses' | 'heldOut'>,
  stepsPerEpoch: number,
  { patienceEpochs }: Pick<TrainingConfig, 'patienceEpochs'>,
): boolean {
  if (patienceEpochs === undefined || losses.length % stepsPerEpoch !== 0) return false;
  return epochsWithoutGain(losses, heldOut, stepsPerEpoch) >= patienceEpochs;
}

/** Updates that a loss is compared with. */
const WINDOW = 50;
/** By which share a loss must fall to have fallen. */
const GAIN = 0.001;

function isSpike(losses: readonly number[], step: number, factor: number): boolean {
  return step > WINDOW && losses[step - 1]! > factor * meanBefore(losses, step);
}

function meanBefore(losses: readonly number[], step: number): number {
  return mean(losses.slice(step - 1 - WINDOW, step - 1));
}

/** Whole epochs since the one with the least loss: held-out where it is measured, of training otherwise. */
function epochsWithoutGain(
  losses: readonly number[],
  heldOut: readonly number[],
  stepsPerEpoch: number,
): number {
  const epochs = Math.floor(losses.length / stepsPerEpoch);
  const ofEpoch =
    heldOut.length > 0
      ? heldOut
      : Array.from({ length: epochs }, (_, i) =>
          mean(losses.slice(i * stepsPerEpoch, (i + 1) * stepsPerEpoch)),
        );
  let best = 0;
  ofEpoch.forEach((loss, epoch) => {
    if (loss < ofEpoch[best]! * (1 - GAIN)) best = epoch;
  });
  return ofEpoch.length - 1 - best;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
