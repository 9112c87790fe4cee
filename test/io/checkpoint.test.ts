import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { CheckpointError, loadCheckpoint, saveCheckpoint } from '../../src/io/checkpoint.ts';
import { systemFiles } from '../../src/io/fileOperations.ts';
import { encodeSafetensors, type SavedTensor } from '../../src/io/safetensors.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  path = join(folder, 'checkpoint.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

const tensors = (...values: number[]): Record<string, SavedTensor> => ({
  'layers.0.w': { dtype: 'F32', shape: [values.length], data: Float32Array.from(values) },
  steps: { dtype: 'I32', shape: [], data: Int32Array.of(7) },
});

test('any JSON state comes back with the tensors', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (state) => {
      fc.pre(!JSON.stringify(state).includes('__proto__'));
      await saveCheckpoint(path, { tensors: tensors(1.5, Number.NaN), state });
      const loaded = await loadCheckpoint(path);
      expect(loaded.tensors).toEqual(tensors(1.5, Number.NaN));
      expect(loaded.state).toEqual(JSON.parse(JSON.stringify(state)));
    }),
    { numRuns: 20 },
  );
});

test('the same contents give the same bytes, and only the file is left in the folder', async () => {
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: { epoch: 3 } });
  const first = await readFile(path);
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: { epoch: 3 } });
  expect(await readFile(path)).toEqual(first);
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

test('one changed bit anywhere is found', async () => {
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: { epoch: 3 } });
  const good = await readFile(path);
  const damaged = join(folder, 'damaged');
  for (let at = 0; at < good.length; at++) {
    const bytes = Uint8Array.from(good);
    bytes[at]! ^= 1 << (at % 8);
    await writeFile(damaged, bytes);
    await expect(loadCheckpoint(damaged), `byte ${at}`).rejects.toThrow(InputError);
  }
  const bytes = Uint8Array.from(good);
  bytes[good.length - 1]! ^= 0x80;
  await writeFile(damaged, bytes);
  await expect(loadCheckpoint(damaged)).rejects.toThrow(/damaged: .*SHA-256/);
});

test('a cut file is found', async () => {
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: null });
  const good = await readFile(path);
  for (const length of [0, 7, 8, 100, good.length - 1]) {
    await writeFile(path, good.subarray(0, length));
    await expect(loadCheckpoint(path)).rejects.toThrow(InputError);
  }
});

test('a damaged one names the latest that is kept beside it and whole, if any', async () => {
  for (const step of [1, 2, 3]) {
    await saveCheckpoint(path, { tensors: tensors(step), state: step }, { step, keep: 3 });
  }
  const spoil = (file: string) => rm(file).then(() => writeFile(file, 'spoilt'));
  await spoil(path);
  const [first, second, third] = [1, 2, 3].map((step) => join(folder, `checkpoint-${step}.safetensors`));
  await expect(loadCheckpoint(path)).rejects.toThrow(`${third} is whole: copy it to ${path}`);
  await spoil(third!);
  await expect(loadCheckpoint(path)).rejects.toThrow(`${second} is whole`);
  await spoil(second!);
  await spoil(first!);
  await expect(loadCheckpoint(path)).rejects.toThrow(/byte 0: .*\(safetensors rule: [\w-]+\)$/);
});

test('what an interrupted save leaves behind hurts neither the old checkpoint nor the next save', async () => {
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: 'old' });
  const half = encodeSafetensors(tensors(3, 4)).subarray(0, 40);
  await writeFile(`${path}.partial`, half);
  expect((await loadCheckpoint(path)).state).toBe('old');
  await saveCheckpoint(path, { tensors: tensors(5), state: 'new' });
  expect((await loadCheckpoint(path)).state).toBe('new');
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

test.runIf(existsSync('/dev/full'))('a full disk keeps the old checkpoint and says so', async () => {
  await saveCheckpoint(path, { tensors: tensors(1, 2), state: 'old' });
  const files = { ...systemFiles, create: () => systemFiles.create('/dev/full') };
  const save = saveCheckpoint(path, { tensors: tensors(3, 4), state: 'new' }, { files });
  await expect(save).rejects.toThrow(InputError);
  await expect(save).rejects.toThrow(/checkpoint\.safetensors.*no space is left.*the one before.*kept/);
  expect((await loadCheckpoint(path)).state).toBe('old');
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

test('a failed rename keeps what was there and leaves no temporary file', async () => {
  await mkdir(path);
  await expect(saveCheckpoint(path, { tensors: tensors(1), state: 0 })).rejects.toThrow(/could not be saved/);
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

test('the last few keep names of their own, and the path is the newest', async () => {
  const save = (step: number) =>
    saveCheckpoint(path, { tensors: tensors(step), state: { step } }, { step, keep: 2 });
  for (const step of [8, 9, 10]) await save(step);
  const names = (...steps: number[]) => [
    ...steps.map((step) => `checkpoint-${step}.safetensors`),
    'checkpoint.safetensors',
  ];
  expect((await readdir(folder)).sort()).toEqual(names(10, 9));
  expect((await loadCheckpoint(path)).state).toEqual({ step: 10 });
  expect((await loadCheckpoint(join(folder, 'checkpoint-9.safetensors'))).state).toEqual({ step: 9 });
  // Gone back to 8: the two after it are of the same training, and come again.
  await save(8);
  expect((await loadCheckpoint(path)).state).toEqual({ step: 8 });
  await save(9);
  await save(10);
  expect((await readdir(folder)).sort()).toEqual(names(10, 9));
});

test('where a disk knows one name a file, the newest is written twice', async () => {
  const link = async () => {
    throw Object.assign(new Error('no links'), { code: 'EPERM' });
  };
  const files = { ...systemFiles, link };
  await saveCheckpoint(path, { tensors: tensors(1), state: 'a' }, { step: 1, keep: 1, files });
  expect((await loadCheckpoint(path)).state).toBe('a');
  expect((await loadCheckpoint(join(folder, 'checkpoint-1.safetensors'))).state).toBe('a');
  expect(await readdir(folder)).toHaveLength(2);
});

test('what could not be read again is not saved', async () => {
  const state = JSON.parse('{"__proto__": 1}');
  await expect(saveCheckpoint(path, { tensors: {}, state })).rejects.toThrow(/"__proto__" is not allowed/);
  const many = new Array(2 ** 19).fill(0);
  await expect(saveCheckpoint(path, { tensors: {}, state: many })).rejects.toThrow(/more than 524288 values/);
  expect(await readdir(folder)).toEqual([]);
});

test('errors in sentences', async () => {
  await expect(loadCheckpoint(path)).rejects.toThrow(
    /checkpoint\.safetensors could not be read: there is no/,
  );
  await expect(saveCheckpoint(join(folder, 'no', 'x'), { tensors: {}, state: 0 })).rejects.toThrow(
    /there is no/,
  );
  await expect(saveCheckpoint(path, { tensors: {}, state: undefined })).rejects.toThrow(/JSON value/);
  await writeFile(path, encodeSafetensors(tensors(1), { format: 'pt' }));
  await expect(loadCheckpoint(path)).rejects.toThrow(CheckpointError);
});
