import type { SpeechConfig } from '../config.ts';
import type { Experiment } from './experiment.ts';
import type { SizedModel } from './matching.ts';

/** 10 ms frames in an hour. */
const FRAMES_PER_HOUR = 360_000;
/** Multiply-accumulates of forward and backward for one of forward; floating-point operations for one of those. */
const PASSES = 3;
const OPERATIONS = 2;
/** What an ordinary core does in the products, in operations a second. */
const SPEED = 30e9;
/** Features, cells and CTC for one stacked frame, in seconds. */
const PER_ROW = 8e-6;

/** A guess at the seconds that one core trains, good enough to plan with; how it really goes corrects it. */
export function estimateSeconds(
  { speechHours }: Experiment,
  { training, features }: SpeechConfig,
  { summary }: SizedModel,
): number {
  const rows = (training.epochs * speechHours * FRAMES_PER_HOUR) / features.stack;
  return rows * (PER_ROW + (PASSES * OPERATIONS * summary.macs) / SPEED);
}
