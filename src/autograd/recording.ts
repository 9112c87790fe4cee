import type { Tensor } from '../tensor/tensor.ts';
import type { Op } from './op.ts';

/** One op that was applied, with what its gradient needs. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly saved: readonly Tensor[];
  readonly attributes: unknown;
}

/** Something that every op is reported to while it is active: a tape. */
export interface Recorder {
  note(node: Node): void;
  watches(tensor: Tensor): boolean;
}

/** Tells every active recorder that an op was applied. */
export function record(node: Node): void {
  for (const recorder of active) recorder.note(node);
}

/** Runs `body` with `recorder` active. Innermost last: an inner gradient's own ops are recorded by the outer tape. */
export function withRecorder<T>(recorder: Recorder, body: () => T): T {
  active.push(recorder);
  try {
    return body();
  } finally {
    active.splice(active.lastIndexOf(recorder), 1);
  }
}

/** Whether an active recorder depends on one of `tensors`. */
export const isWatched = (tensors: readonly Tensor[]): boolean =>
  active.some((recorder) => tensors.some((tensor) => recorder.watches(tensor)));

const active: Recorder[] = [];
