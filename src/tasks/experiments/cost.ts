/** Multiply-accumulates of forward and backward for one of forward; floating-point operations for one of those. */
const PASSES = 3;
const OPERATIONS = 2;
/** What an ordinary core does in the products of a training, in operations a second. */
const SPEED = 40e9;

/**
 * A guess at the seconds that one core trains, good enough to plan with; how it really goes corrects it.
 *
 * @param rows rows that the model reads in the whole training
 * @param macs multiply-accumulates for one of them
 * @param perRow seconds for one of them in everything but the products
 */
export function trainingSeconds(rows: number, macs: number, perRow: number): number {
  return rows * (perRow + (PASSES * OPERATIONS * macs) / SPEED);
}
