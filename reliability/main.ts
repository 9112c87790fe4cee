import { checksumOf, resumeAtRandom, speechTraining, streamTraining } from './equality.ts';
import { crashEverywhere, failEveryCall, saveOf } from './faults.ts';
import { progressOf, report } from './figures.ts';
import { killTrainings, noKills } from './kills.ts';
import { measureLeak } from './leaks.ts';
import { joined, noMutations, readerCoverage, readWatched } from './mutations.ts';

/*
 * `npm run reliability -- NAME …` runs the named proofs, all of them without a name, and puts their figures into
 * docs/results/reliability.json and .md. One that is interrupted goes on where it was.
 */

const proofs: Readonly<Record<string, () => Promise<void>>> = {
  async kills() {
    const { state, keep, finish } = progressOf('kills', noKills);
    const found = await killTrainings(1000, 300, state, keep);
    report({
      kills: found.kills,
      killsInsideSave: found.insideSave,
      lost: found.lost,
      killedTrainings: found.trainings,
      killedMismatches: found.mismatches,
    });
    finish();
  },

  async faults() {
    // One that is written at once, and one of five writes.
    const found = await Promise.all([
      failEveryCall(saveOf(16), [0, 1, 2, 3]),
      failEveryCall(saveOf(1_200_000), [2]),
      crashEverywhere(saveOf(16), [0, 1, 2, 3]),
    ]);
    const failures = found.flatMap((one) => one.failures);
    for (const failure of failures) console.error(failure);
    report({
      faultRuns: found.reduce((sum, { faultRuns }) => sum + faultRuns, 0),
      crashStates: found.reduce((sum, { crashStates }) => sum + crashStates, 0),
      faultFailures: failures.length,
    });
  },

  async resumes() {
    const mismatches =
      (await resumeAtRandom(streamTraining, 30, 1)) + (await resumeAtRandom(speechTraining, 20, 3));
    report({ resumes: 50, resumeMismatches: mismatches });
  },

  async mutations() {
    const files = 102_000;
    const { state, keep, finish } = progressOf('mutations', noMutations);
    let found = state;
    while (found.files < files) {
      found = joined(found, await readWatched(found.files, found.files + 3000));
      keep(found);
    }
    const coverage = await readerCoverage(12_000);
    console.log(coverage);
    for (const crash of found.crashes.slice(0, 20)) console.error(crash);
    report({
      mutatedFiles: found.files,
      refusedFiles: found.refused,
      crashes: found.crashes.length,
      hangs: found.hangs.length,
      overBudget: found.overBudget.length,
      readerCoverage: Math.min(...Object.values(coverage)),
    });
    finish();
  },

  async identical() {
    const checksums = new Set<string>();
    for (let i = 0; i < 20; i++) checksums.add(await checksumOf(speechTraining, 1 + (i % 3)));
    report({ identicalRuns: 20, distinctChecksums: checksums.size });
  },

  async leaks() {
    const { steps, bytesPerStep } = await measureLeak(100_000);
    report({ steps, leakBytesPerStep: bytesPerStep });
  },
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => proofs[name] === undefined);
if (unknown !== undefined) {
  console.error(`reliability: "${unknown}" is not a proof; expected ${Object.keys(proofs).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const [name, prove] of Object.entries(proofs)) {
    if (asked.length === 0 || asked.includes(name)) await prove();
  }
}
