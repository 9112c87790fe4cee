#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { fileErrorText } from '../io/fileError.ts';
import { decodeWav } from '../tasks/speech/audio/wav.ts';
import { loadCorpus } from '../tasks/speech/corpora/index.ts';
import { evaluateRecogniser } from '../tasks/speech/evaluate.ts';
import { loadRecogniser } from '../tasks/speech/recogniser.ts';
import { startChosen } from '../tasks/training/backendChoice.ts';
import { exit } from './context.ts';
import { watchEndings } from './endings.ts';
import { trainInThread } from './modelThread.ts';
import { runProgram } from './program.ts';
import { executeInThread } from './reproduce/thread.ts';

const { signal, takeInterruptions, statusAfter } = watchEndings(process);
let hasGpu = false;
const args = process.argv.slice(2);
const status = await runProgram(args, {
  services: {
    loadCorpus,
    trainModel: trainInThread,
    async startChosen(name, macs) {
      const found = await startChosen(name, macs);
      hasGpu ||= found.backend.name === 'gpu';
      return found;
    },
    loadRecogniser,
    evaluate: evaluateRecogniser,
    executeRun: executeInThread,
    async readAudio(path) {
      const bytes = await readFile(path).catch((error) => {
        throw new InputError(`${path} could not be read: ${fileErrorText(error)}`);
      });
      return decodeWav(bytes, path);
    },
  },
  stdout: process.stdout,
  stderr: process.stderr,
  folder: process.cwd(),
  signal,
  takeInterruptions,
  commandLine: ['compact-rnn', ...args.map(quoted)].join(' '),
});
process.exitCode = statusAfter(status);
// An interrupted preparation of a corpus may still have threads at work.
if (status === exit.interrupted) process.exit();
// A driver keeps the process that it works for.
if (hasGpu) process.exit();

function quoted(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
