import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recurrentModel, scope } from '../../src/index.ts';
import { batchOf } from '../workloads/data.ts';
import { learningRate, modelOf, type Variant, type Workload } from '../workloads/definitions.ts';

/** A workload as a contender is told of it. */
export interface Job {
  readonly workload: Workload;
  readonly variant: Variant;
  readonly learningRate: number;
  /** File of float32 numbers, little-endian: the parameters and the input. */
  readonly file: string;
  /** Shape of each array, and where it begins in the file, in numbers; parameters have our names, the input is `x`. */
  readonly arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly offset: number }>>;
  readonly classes: readonly number[];
  /** How many steps the answer tells the losses of. */
  readonly checked: number;
}

/** Writes our first parameters and the batch into `folder`, for everyone to begin from. */
export function writeJob(folder: string, workload: Workload, variant: Variant): Job {
  const { x, classes } = batchOf(workload);
  const { time, batch, input } = workload;
  const parameters = recurrentModel(modelOf(workload, variant)).initialise(1);
  const arrays: Record<string, { shape: readonly number[]; offset: number }> = {};
  const parts: Float32Array[] = [];
  let offset = 0;
  const put = (name: string, shape: readonly number[], values: Float32Array) => {
    arrays[name] = { shape, offset };
    parts.push(values);
    offset += values.length;
  };
  scope(() => {
    for (const [name, tensor] of Object.entries(parameters)) {
      put(name, tensor.shape, tensor.dataSync() as Float32Array);
    }
  });
  put('x', [time, batch, input], x);
  const file = join(folder, `${workload.name}-${variant}.f32`);
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
  return { workload, variant, learningRate, file, arrays, classes: [...classes], checked: 3 };
}
