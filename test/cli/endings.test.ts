import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { type EndingProcess, watchEndings } from '../../src/cli/endings.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { Services } from '../../src/cli/services.ts';
import { Collector } from './fakes.ts';

/** A process that notes its exits in place of ending. */
class FakeProcess extends EventEmitter {
  readonly stdout = new Collector();
  readonly stderr = new Collector();
  readonly exits: number[] = [];
  exit(status: number): void {
    this.exits.push(status);
  }
}

const watched = () => {
  const process = new FakeProcess();
  return { process, ...watchEndings(process as EndingProcess) };
};
const failing = (code: string) => Object.assign(new Error(`${code}: a raw text`), { code });

describe('a command that saves nothing', () => {
  test('leaves signals to the system, which ends the process with 128 and their number', () => {
    const { process } = watched();
    expect([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]).toEqual([0, 0]);
  });

  test('ends without a word when nobody reads', () => {
    for (const output of ['stdout', 'stderr'] as const) {
      const { process } = watched();
      process[output].emit('error', failing('EPIPE'));
      expect([process.exits, process.stderr.text]).toEqual([[0], '']);
    }
  });

  test('ends with a sentence when a disk is full', () => {
    const { process } = watched();
    process.stdout.emit('error', failing('ENOSPC'));
    expect(process.exits).toEqual([1]);
    expect(process.stderr.text).toBe(
      'compact-rnn: standard output could not be written: no space is left on the disk\n',
    );
  });
});

describe('a command that saves', () => {
  const saving = () => {
    const found = watched();
    found.takeInterruptions();
    found.takeInterruptions();
    return found;
  };

  test.each(['SIGINT', 'SIGTERM'])('is told of %s, and ended by a second one', (name) => {
    const { process, signal } = saving();
    process.emit(name);
    expect([signal.aborted, process.exits]).toEqual([true, []]);
    process.emit(name);
    expect(process.exits).toEqual([130]);
  });

  test('is told when nobody reads, once for all writes, and may still be interrupted', () => {
    const { process, signal, statusAfter } = saving();
    for (let write = 0; write < 3; write++) process.stdout.emit('error', failing('EPIPE'));
    process.emit('SIGINT');
    expect([signal.aborted, process.exits, process.stderr.text]).toEqual([true, [], '']);
    expect([statusAfter(130), statusAfter(0)]).toEqual([130, 0]);
  });

  test('is told of a full disk, and did not end well', () => {
    const { process, signal, statusAfter } = saving();
    for (let write = 0; write < 3; write++) process.stdout.emit('error', failing('ENOSPC'));
    process.stderr.emit('error', failing('ENOSPC'));
    expect([signal.aborted, process.exits]).toEqual([true, []]);
    expect(process.stderr.text.match(/could not be written/g)).toHaveLength(1);
    expect([statusAfter(130), statusAfter(0)]).toEqual([1, 1]);
  });
});

test.each([
  [true, ['train', 'none.yaml']],
  [true, ['compress', 'none', '--map', 'toeplitz']],
  [true, ['reproduce', '--only', 'none']],
  [false, ['evaluate', 'none']],
  [false, ['transcribe', 'none', 'a.wav']],
  [false, ['summary', 'none.yaml']],
])('interruptions are taken (%s) by %j', async (takes, args) => {
  let taken = false;
  const context: Context = {
    services: {} as Services,
    stdout: new Collector(),
    stderr: new Collector(),
    folder: '/none',
    signal: new AbortController().signal,
    takeInterruptions: () => {
      taken = true;
    },
    commandLine: '',
  };
  expect(await runProgram(args, context)).toBe(1);
  expect(taken).toBe(takes);
});
