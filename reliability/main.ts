import { progressOf, report } from './figures.ts';
import { killTrainings, noKills } from './kills.ts';

/*
 * `npm run reliability -- NAME …` runs the named proofs, all of them without a name, and puts their figures into
 * docs/results/reliability.json. One that is interrupted goes on where it was.
 */

const proofs: Readonly<Record<string, () => Promise<void>>> = {
  async kills() {
    const { state, keep, finish } = progressOf('kills', noKills);
    const { kills, insideSave, lost, continued, trainings, mismatches } = await killTrainings(
      1000,
      state,
      keep,
    );
    report({ kills, killsInsideSave: insideSave, lost });
    console.log(`${continued} went on; ${mismatches} of ${trainings} trainings differ from one never killed`);
    finish();
  },
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => proofs[name] === undefined);
if (unknown !== undefined) {
  console.error(`reliability: "${unknown}" is no proof; expected ${Object.keys(proofs).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const [name, prove] of Object.entries(proofs)) {
    if (asked.length === 0 || asked.includes(name)) await prove();
  }
}
