// Properties: many random cases, and the smallest that fails. `npx vitest run`
import { fc, test } from '@fast-check/vitest';
import { add } from 'compact-rnn';
import {
  adjoint,
  backendAgreement,
  determinism,
  gradcheck,
  gradcheckArrays,
  linearity,
} from 'compact-rnn/testing';
import { broadcastablePairs, mapCases, modelCases, tensors } from 'compact-rnn/testing/arbitraries';
import { expect } from 'vitest';
import { huber, wrongHuber } from './huber.mjs';
import { layer } from './model.mjs';

// Odd sixteenths: they read well, and none lies on the seams at ±delta, where the gradient has a kink of its own.
const errors = fc
  .array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 6 })
  .map((eighths) => Float64Array.from(eighths, (value) => value / 8 + 1 / 16));

test.prop({ errors, delta: fc.constantFrom(0.5, 1, 2) })('Huber’s gradient', (given) => {
  gradcheckArrays(huber(given.delta), { errors: given.errors });
});

// One error is to blame. fast-check shortens lists from the front, so that a harmless one may stay behind it.
test('the wrong one is found, and shrinks to no more than two errors', () => {
  const property = fc.property(errors, (own) => {
    gradcheckArrays(wrongHuber(1), { errors: own });
  });
  const { counterexample, errorInstance } = fc.check(property, { seed: 1 });
  expect(counterexample[0].length).toBeLessThanOrEqual(2);
  expect(errorInstance.message).toContain('the gradient by errors');
});

test.prop({ x: tensors([2, 3]), w: tensors([4, 3]), seed: fc.nat() })('a layer', ({ x, w, seed }) => {
  gradcheck(layer, { x, w }, { seed, order: 2, directions: 1 });
  backendAgreement(layer, { x, w });
});

// A shape first, then tensors of it.
const summands = broadcastablePairs().chain(({ a, b }) => fc.record({ a: tensors(a), b: tensors(b) }));

test.prop([summands, fc.nat()])('sums of shapes that broadcast', (inputs, seed) => {
  gradcheck(({ a, b }) => add(a, b), inputs, { seed, directions: 1 });
});

test.prop([mapCases(), fc.integer({ min: -3, max: 3 })])('maps of every kind', (given, factor) => {
  const { map, parameters, x, other, y } = given;
  linearity(map, parameters, { x, other, factor });
  adjoint(map, parameters, { x, y });
});

test.prop([modelCases()], { numRuns: 20 })('models of every kind', ({ model, parameters, x, lengths }) => {
  determinism(() => model.apply(parameters, x, { lengths }).y);
});
