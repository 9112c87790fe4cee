/**
 * Checks of gradients, and laws of ops and maps: for yours and for ours.
 *
 * @module compact-rnn/testing
 */

export * from './gradcheck/index.ts';
export * from './laws/index.ts';
