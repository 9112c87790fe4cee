import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reliabilityPage } from './page.ts';

/** What the commands found out, in the form of `docs/results/reliability.json`. */
export interface Figures {
  kills: number;
  /** Of these, inside a save. */
  killsInsideSave: number;
  lost: number;
  /** Trainings that came to their end over several kills, and those whose last checkpoint differs from one never killed. */
  killedTrainings: number;
  killedMismatches: number;
  resumes: number;
  resumeMismatches: number;
  faultRuns: number;
  crashStates: number;
  faultFailures: number;
  mutatedFiles: number;
  refusedFiles: number;
  crashes: number;
  hangs: number;
  overBudget: number;
  /** The least share of lines covered of any reader, from 0 to 1. */
  readerCoverage: number;
  identicalRuns: number;
  distinctChecksums: number;
  leakBytesPerStep: number;
  steps: number;
}

// From dist/reliability and from reliability alike.
const root = new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url);
const resultsFile = fileURLToPath(new URL('docs/results/reliability.json', root));
const stateFolder = fileURLToPath(new URL('.cache/reliability/', root));

/** Puts the figures of a command among those of the others. */
export function report(found: Partial<Figures>): void {
  const before = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
  const figures = { ...before, ...found };
  writeWhole(resultsFile, figures);
  writeFileSync(resultsFile.replace('.json', '.md'), reliabilityPage(figures));
  console.log(JSON.stringify(found));
}

/** What a command that was interrupted had found out, and a way to keep it; `finish` forgets it. */
export function progressOf<State>(command: string, begun: State) {
  const file = `${stateFolder}${command}.json`;
  mkdirSync(stateFolder, { recursive: true });
  return {
    state: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : begun,
    keep: (state: State) => writeWhole(file, state),
    finish: () => writeWhole(file, begun),
  };
}

function writeWhole(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
