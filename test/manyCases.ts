import fc from 'fast-check';

// `npm run test:long`: properties that name no number of runs of their own get this one in place of 100, with new cases.
fc.configureGlobal({ numRuns: 1000, interruptAfterTimeLimit: 1_000_000, markInterruptAsFailure: true });
