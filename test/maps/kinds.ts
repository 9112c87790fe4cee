import { linearMapKinds, mapParameters } from '../../src/testing/arbitraries.ts';

/** Maps of every kind and of random sizes. */
export const kinds = linearMapKinds();

/** Initial values of all parameters of a map, in float64. */
export const parametersOf = mapParameters;
