/*
 * Laws as functions. Those of a linear map A: [in] → [out] take the map, its parameters by the names that it knows, and
 * inputs, all float64; x is [..., in] and y [..., out], of the same leading axes. They throw LawError with the numbers when
 * the law does not hold, and InputError for tensors that are not float64. Those of functions take tensors in nested records.
 */

export { type AgreementOptions, backendAgreement, fusedEqualsComposed } from './agreement.ts';
export { determinism, roundTrip } from './bits.ts';
export { LawError, type LawOptions } from './checks.ts';
export { displacementRank } from './displacementRank.ts';
export { fastEqualsDense, sharedGradient } from './gradients.ts';
export { adjoint, denseForm, linearity, parameterFormula } from './linearMap.ts';
