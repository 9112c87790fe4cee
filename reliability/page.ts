import type { Figures } from './figures.ts';

/** `docs/results/reliability.md`: what was done, what was to come out, and what did. */
export function reliabilityPage(figures: Partial<Figures>): string {
  const rows = LINES.map(([command, what, expected, keys]) => {
    const found = keys.map((key) => `${key}: ${shown(figures[key])}`).join(', ');
    return `| \`${command}\` | ${what} | ${expected} | ${found} |`;
  });
  return `# Nothing lost, nothing unsafe

Each line is a command, \`npm run reliability -- NAME\`, which ends with these figures and goes on where it was interrupted; shorter versions run in \`npm test\`. The figures are in reliability.json, too.

| command | what it does | what is to come out | what did |
|---|---|---|---|
${rows.join('\n')}

Kills: a training in a process of its own saves after every other update, with a pause of a millisecond before every system call of a save and writes of 4 KiB, so that a kill can fall between any two; it is started again after each until it ends. Crash states: a save's system calls are recorded on a disk in memory; at each of them every subset of the changes of names that were not flushed, in every order, with five fates of contents that were not flushed, and after each of them the next save. The same test finds a save whose flushes are left out. Memory of a reader is all that it takes, whether or not given back on the way, beside the file itself. Time of a reader is that of the processor. Coverage is the least of any reader's file, in lines of the built program, over 12,000 of the mutated files. Threads in the runs that are to be equal: one, two and three in turn.
`;
}

type Line = readonly [command: string, what: string, expected: string, keys: readonly (keyof Figures)[]];

const LINES: readonly Line[] = [
  [
    'kills',
    '`kill -9` at random moments',
    '0 lost, 0 mismatches',
    ['kills', 'killsInsideSave', 'lost', 'killedTrainings', 'killedMismatches'],
  ],
  [
    'faults',
    'ENOSPC, EIO and short writes at every call of a save; every state a crash may leave',
    'the old or the new checkpoint',
    ['faultRuns', 'crashStates', 'faultFailures'],
  ],
  [
    'resumes',
    'training interrupted at random updates, mid-epoch too, on other numbers of threads',
    'identical bytes',
    ['resumes', 'resumeMismatches'],
  ],
  [
    'mutations',
    'mutated safetensors, checkpoints, WAV, manifests, JSON and YAML through the readers',
    'typed errors, under 1 s, at most twice the file and 16 MiB',
    ['mutatedFiles', 'refusedFiles', 'crashes', 'hangs', 'overBudget', 'readerCoverage'],
  ],
  ['identical', 'the same training again and again', 'one checksum', ['identicalRuns', 'distinctChecksums']],
  [
    'leaks',
    'a training of small updates',
    'flat memory, but for the 8 bytes of each loss',
    ['steps', 'leakBytesPerStep'],
  ],
];

const shown = (value: number | undefined): string =>
  value === undefined
    ? 'not run yet'
    : Number.isInteger(value)
      ? value.toLocaleString('en')
      : value.toFixed(3);
