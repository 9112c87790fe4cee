import { unary } from '../elementwise/gpu.ts';

export const exp = unary('exp', 'return Math.exp(v);');
