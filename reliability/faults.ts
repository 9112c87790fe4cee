import { decodeCheckpoint, type SaveOptions, saveCheckpoint } from '../src/io/checkpoint.ts';
import type { FileOperations } from '../src/io/fileOperations.ts';
import { crashStates } from './crashStates.ts';
import { type Fault, MemoryDisk, type Names } from './memoryDisk.ts';

/* What becomes of checkpoints when the disk fails, or the machine does, at any call of a save. */

const PATH = '/run/checkpoint.safetensors';
const NAME = 'checkpoint.safetensors';

/** Saves a checkpoint that says which update it is of. */
export type Save = (step: number, keep: number, files: FileOperations) => Promise<void>;

/** Saves as training does, `size` numbers at a time. */
export const saveOf =
  (size: number): Save =>
  (step, keep, files) => {
    const data = new Float32Array(size).fill(step);
    const options: SaveOptions = { step, keep, files };
    return saveCheckpoint(
      PATH,
      { tensors: { w: { dtype: 'F32', shape: [size], data } }, state: { step } },
      options,
    );
  };

export interface FaultFigures {
  /** Saves of which one call failed, and crashes looked at. */
  readonly faultRuns: number;
  readonly crashStates: number;
  /** Of both, those after which the checkpoint was neither the old one nor the new one, or an error was swallowed. */
  readonly failures: readonly string[];
}

/** Fails each call of a save in turn, in every way that it can fail, over checkpoints that are and are not there yet. */
export async function failEveryCall(save: Save, keeps: readonly number[]): Promise<FaultFigures> {
  let faultRuns = 0;
  const failures: string[] = [];
  for (const keep of keeps) {
    for (const before of [0, 1, 4]) {
      const names = await savedNames(save, before, keep);
      const next = before + 1;
      const whole = new MemoryDisk(names);
      await save(next, keep, whole.files);
      for (const [index, call] of whole.calls.entries()) {
        const faults: Fault[] = call === 'write' ? ['ENOSPC', 'EIO', 'short'] : ['ENOSPC', 'EIO'];
        for (const fault of faults) {
          faultRuns++;
          const disk = new MemoryDisk(names, (_, i) => (i === index ? fault : undefined));
          const error = await save(next, keep, disk.files).then(
            () => undefined,
            (reason: Error) => reason,
          );
          const found = stepIn(disk.names, NAME);
          const swallowed = (error === undefined) !== (fault === 'short');
          const mixed = (found ?? 0) !== before && found !== next;
          // After a good save of another time nothing is left of it.
          await save(next, keep, disk.files);
          const recovered = stepIn(disk.names, NAME) === next && damagedName(disk.names) === undefined;
          if (swallowed || mixed || !recovered) {
            failures.push(
              `${fault} at call ${index} (${call}), ${keep} kept, after ${before}: found ${found}`,
            );
          }
        }
      }
    }
  }
  return { faultRuns, crashStates: 0, failures };
}

/** Crashes the machine before and after each call of a save, and looks at every state that the disk may then be in. */
export async function crashEverywhere(save: Save, keeps: readonly number[]): Promise<FaultFigures> {
  let states = 0;
  const failures: string[] = [];
  const look = async (disk: MemoryDisk, keep: number, least: number, next: number, when: string) => {
    for (const names of crashStates(disk)) {
      states++;
      const found = stepIn(names, NAME);
      const damaged = damagedName(names);
      // And from there once more: what a crash left must not be harmed by the next save, at none of its calls.
      const seen = new Set<number | undefined>();
      const again = new MemoryDisk(names, () => {
        seen.add(stepIn(again.names, NAME));
        return undefined;
      });
      await save(next + 1, keep, again.files);
      const harmed =
        stepIn(again.names, NAME) !== next + 1 ||
        damagedName(again.names) !== undefined ||
        [...seen].some((step) => step !== found && step !== next + 1);
      const lost = found === undefined ? least > 0 : found < least || found > next;
      if (lost || damaged !== undefined || harmed) {
        failures.push(`${when}, ${keep} kept: found ${found}, damaged ${damaged}, harmed later: ${harmed}`);
      }
    }
  };
  for (const keep of keeps) {
    for (const before of [0, 1, 3]) {
      const names = await savedNames(save, before, keep);
      const next = before + 1;
      const whole = new MemoryDisk(names);
      await save(next, keep, whole.files);
      for (const [index, call] of whole.calls.entries()) {
        const disk = new MemoryDisk(names, (_, i) => (i === index ? 'crash' : undefined));
        await save(next, keep, disk.files).catch(() => {});
        await look(disk, keep, before, next, `crash before call ${index} (${call}) after ${before}`);
      }
      await look(whole, keep, next, next, `crash after the save that followed ${before}`);
    }
  }
  return { faultRuns: 0, crashStates: states, failures };
}

/** A folder in which so many checkpoints were saved one after another. */
async function savedNames(save: Save, count: number, keep: number): Promise<Names> {
  const disk = new MemoryDisk();
  for (let step = 1; step <= count; step++) await save(step, keep, disk.files);
  // Time enough for all of it to reach the disk.
  return disk.names;
}

/** The update that a checkpoint says it is of; undefined where it is missing or damaged. */
function stepIn(names: Names, name: string): number | undefined {
  const content = names.get(name);
  if (content === undefined) return undefined;
  try {
    return (decodeCheckpoint(content.bytes, name).state as { step: number }).step;
  } catch {
    return undefined;
  }
}

/** A checkpoint that cannot be read, or is of another update than its name says. */
function damagedName(names: Names): string | undefined {
  return [...names.keys()].find((name) => {
    const kept = /^checkpoint-(\d+)\.safetensors$/.exec(name);
    if (kept === null && name !== NAME) return false;
    const step = stepIn(names, name);
    return step === undefined || (kept !== null && step !== Number(kept[1]));
  });
}
