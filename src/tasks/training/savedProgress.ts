import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { CheckpointError, type LoadedCheckpoint, saveCheckpoint } from '../../io/checkpoint.ts';
import { replaceFile } from '../../io/checkpointFiles.ts';
import { fileErrorText } from '../../io/fileError.ts';
import { systemFiles } from '../../io/fileOperations.ts';
import { parseJson, readText } from '../../io/textFile.ts';
import { tensorsToSave } from './savedTensors.ts';
import type { Progress } from './updates.ts';

/** How many checkpoints keep a name of their own unless a configuration says otherwise. */
const KEPT = 2;

/** The tensor of a checkpoint that holds the loss of every update. */
export const LOSSES = 'progress.losses';

/**
 * Saves a training between two updates: named tensors, its progress, and a JSON value. How long it took goes to a file of its
 * own beside the checkpoint, because equal trainings are to have equal checkpoints.
 *
 * @throws InputError when a tensor is not finite or a file cannot be written; the checkpoint before is kept then
 */
export async function saveProgress(
  path: string,
  named: Tensors,
  { losses, times, ...counts }: Progress,
  state: object,
  keep = KEPT,
): Promise<void> {
  const tensors = {
    ...(await tensorsToSave(named)),
    [LOSSES]: { dtype: 'F64' as const, shape: [losses.length], data: Float64Array.from(losses) },
  };
  const step = losses.length;
  // First, so that every checkpoint that can be read has its times.
  await saveTimes(path, step, times);
  await saveCheckpoint(path, { tensors, state: { ...state, progress: counts } }, { step, keep });
}

/**
 * The progress in a checkpoint, as a progress of that kind which has not begun.
 *
 * @throws CheckpointError when it is of something else
 */
export async function savedProgress<P extends Progress>(
  path: string,
  { tensors, state }: LoadedCheckpoint,
  begun: P,
): Promise<P> {
  const result = schema.safeParse(state);
  if (!result.success) throw notProgress(path, result.error);
  const counts = result.data.progress;
  const losses = tensors[LOSSES]?.data;
  if (!(losses instanceof Float64Array && losses.every(Number.isFinite))) {
    throw new CheckpointError(path, 0, 'format', `the tensor ${LOSSES} is not a list of finite numbers`);
  }
  const known = z.object(numbersLike(begun)).safeParse(counts);
  if (!known.success) throw notProgress(path, known.error);
  const times = { ...begun.times, ...(await timesAt(path, losses.length)) };
  return {
    ...begun,
    ...known.data,
    losses: [...losses],
    skipped: counts.skipped,
    heldOut: counts.heldOut,
    times,
  };
}

const schema = z.object({
  progress: z.looseObject({
    skipped: z.array(z.int().min(1)).default([]),
    heldOut: z.array(z.number()).default([]),
  }),
});

/** A schema of the numbers in a record. */
const numbersLike = (record: object) =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (typeof value === 'number' ? [[key, z.number()]] : [])),
  );

function notProgress(path: string, { issues: [first] }: z.ZodError): CheckpointError {
  const where = first!.path.join('.') || 'its state';
  return new CheckpointError(
    path,
    0,
    'format',
    `it is not a checkpoint of a training: ${where}: ${first!.message}`,
  );
}

/* Times are kept by the update that they are of, for every checkpoint of the folder. */

const timesFile = (path: string) => join(dirname(path), 'times.json');
const Times = z.record(z.string().regex(/^\d+$/), z.record(z.string(), z.number()));

async function saveTimes(path: string, step: number, times: Progress['times']): Promise<void> {
  const before = Object.entries(await readTimes(path)).filter(([other]) => Number(other) < step);
  const text = `${JSON.stringify({ ...Object.fromEntries(before), [step]: times })}\n`;
  const file = timesFile(path);
  try {
    await replaceFile(systemFiles, file, new TextEncoder().encode(text));
  } catch (error) {
    throw new InputError(`${file} could not be written: ${fileErrorText(error)}`, { cause: error });
  }
}

/** Times of a step; where a crash lost the latest, those before them. */
async function timesAt(path: string, step: number): Promise<Record<string, number>> {
  const all = await readTimes(path);
  const known = Object.keys(all)
    .map(Number)
    .filter((other) => other <= step);
  return all[Math.max(...known)] ?? {};
}

async function readTimes(path: string): Promise<z.output<typeof Times>> {
  const file = timesFile(path);
  if (!existsSync(file)) return {};
  const result = Times.safeParse(parseJson(await readText(file, 100_000_000), file));
  if (!result.success)
    throw new InputError(`${file} does not hold the times of updates; remove it to go on without them.`);
  return result.data;
}
