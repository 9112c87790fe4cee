import { expect, test } from 'vitest';
import { crashEverywhere, failEveryCall, type Save, saveOf } from '../../reliability/faults.ts';
import type { FileOperations } from '../../src/io/fileOperations.ts';

const save = saveOf(16);

test('every call of a save may fail: the checkpoint is the old one or the new one, and the error is told', async () => {
  const { faultRuns, failures } = await failEveryCall(save, [0, 1, 2]);
  expect(failures).toEqual([]);
  expect(faultRuns).toBeGreaterThan(100);
});

test('the machine may stop at every call of a save, and lose or reorder what was not flushed', async () => {
  const { crashStates, failures } = await crashEverywhere(save, [0, 2]);
  expect(failures).toEqual([]);
  expect(crashStates).toBeGreaterThan(150);
});

/** The save with some of its operations replaced. */
const without =
  (change: (files: FileOperations) => Partial<FileOperations>): Save =>
  (step, keep, files) =>
    save(step, keep, { ...files, ...change(files) });

test.each<[string, Save]>([
  [
    'the file is not flushed',
    without((files) => ({
      create: async (path) => ({ ...(await files.create(path)), flush: async () => {} }),
    })),
  ],
  ['the folder is not flushed', without(() => ({ flushFolder: async () => {} }))],
  [
    'a file left by a crash is written over',
    without((files) => ({
      remove: async (path) => (path.endsWith('.partial') ? undefined : files.remove(path)),
    })),
  ],
])('it is noticed where %s', async (_, broken) => {
  expect((await crashEverywhere(broken, [0, 2])).failures).not.toEqual([]);
});

test('it is noticed where an error is swallowed, or a checkpoint is written in place', async () => {
  const deaf: Save = (step, keep, files) => save(step, keep, files).catch(() => {});
  expect((await failEveryCall(deaf, [0])).failures).not.toEqual([]);
  const inPlace = without((files) => ({
    create: (path) => files.create(path.replace('.partial', '')),
    rename: async () => {},
  }));
  expect((await failEveryCall(inPlace, [0])).failures).not.toEqual([]);
});
