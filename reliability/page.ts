import type { Figures } from './figures.ts';

/** `docs/results/reliability.md`: what was done, what was to come out, and what did. */
export function reliabilityPage(figures: Partial<Figures>): string {
  const rows = LINES.map(([command, what, expected, keys]) => {
    const found = keys.map((key) => `${key}: ${shown(figures[key])}`).join(', ');
    return `| \`${command}\` | ${what} | ${expected} | ${found} |`;
  });
  return `# Nothing lost, nothing unsafe

Each line is a command, \`npm run reliability -- NAME\`, which ends with these figures and, when interrupted, continues where it stopped; shorter versions run in \`npm test\`. The figures are also in reliability.json.

| command | what it does | expected | found |
|---|---|---|---|
${rows.join('\n')}

Kills:

- A training in a process of its own saves after every other update. It pauses for a millisecond before every system call of a save and writes 4 KiB at a time, so that a kill can fall between any two calls.
- After each kill it is started again, until it ends.

Crash states:

- A save's system calls are recorded on a disk in memory. After each of them, a crash may have kept any subset, in any order, of the changes of names that were not flushed, and contents that were not flushed may have met one of five fates. Every such state is read, and a new save is made on it.
- The same test finds a save whose flushes are left out.

Mutated files:

- The memory of a reader is everything that it allocates, whether or not it is given back on the way, not counting the file itself.
- The time of a reader is processor time.
- Coverage is that of the reader's file with the least, in lines of the built program, over 12,000 of the mutated files.

Equal runs:

- They use one, two and three threads in turn.
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
