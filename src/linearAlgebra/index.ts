export { solvePositive } from './cholesky.ts';
export { type LinearOperator, leastSquares } from './leastSquares.ts';
export { lowRankFactors } from './lowRankFactors.ts';
export { multiply, norm, subtract, transposed } from './matrix.ts';
export { type Svd, svd } from './svd.ts';
