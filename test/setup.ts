import fc from 'fast-check';

fc.configureGlobal({
  // The same cases in every run, so that a change is judged by what it changed; `npm run test:long` draws new ones.
  seed: 1604,
  // A test that fails on large values can shrink them for hours, which no timeout of the runner can interrupt.
  interruptAfterTimeLimit: 40_000,
  markInterruptAsFailure: true,
});
