import fc from 'fast-check';

// A test that fails on large values can shrink them for hours, which no timeout of the runner can interrupt.
fc.configureGlobal({ interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true });
