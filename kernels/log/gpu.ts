import { unary } from '../elementwise/gpu.ts';

// A quotient by 0 in place of what a logarithm of 0, or below, is on a GPU: anything.
export const log = unary(
  'log',
  'if (v > 0) { return Math.log(v); } if (v < 0) { return (v - v) / (v - v); } return -1 / Math.abs(v);',
);
