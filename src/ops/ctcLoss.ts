import { ctcWorkspaceSize } from '../../kernels/ctc/layout.ts';
import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Connectionist temporal classification (Graves et al. 2006): −log of the probability, in nats, that `logits` [T, B, C]
 * spell each of `labels` (B sequences of classes 1 to C − 1; class 0 is the blank) in the first `frames[b]` steps; [B].
 * An empty sequence is spelled by blanks. First-order gradient. Throws InputError for a class out of range, and for a
 * sequence that no path can spell because it has more labels (and blanks between equal neighbours) than frames.
 */
export function ctcLoss(
  logits: Tensor,
  labels: readonly ArrayLike<number>[],
  frames: ArrayLike<number>,
): Tensor {
  checkWhole('frames', frames);
  labels.forEach((sequence, b) => {
    checkWhole(`labels[${b}]`, sequence);
  });
  const offsets = new Int32Array(labels.length + 1);
  labels.forEach((sequence, b) => {
    offsets[b + 1] = offsets[b] + sequence.length;
  });
  const flat = new Int32Array(offsets[labels.length]);
  labels.forEach((sequence, b) => {
    flat.set(Array.from(sequence), offsets[b]);
  });
  return ctcLossOp.apply([logits], { labels: flat, offsets, frames: Int32Array.from(frames) })[0];
}

/** The fewest frames in which `labels` can be spelled: one each, and a blank between equal neighbours. */
export function framesNeeded(labels: ArrayLike<number>): number {
  let frames = labels.length;
  for (let i = 1; i < labels.length; i++) if (labels[i] === labels[i - 1]) frames++;
  return frames;
}

interface Targets {
  /** All label sequences, one after the other. */
  readonly labels: Int32Array;
  /** Where each begins, and the end of the last. */
  readonly offsets: Int32Array;
  readonly frames: Int32Array;
}

const ctcLossOp = defineOp<Targets>({
  name: 'ctcLoss',
  shapes([logits], targets) {
    if (logits.length !== 3)
      throw new InputError(`ctcLoss: logits have shape ${show(logits)}, expected [T, B, C].`);
    checkTargets(logits[0], logits[1], logits[2], targets);
    return [[logits[1]]];
  },
  forward(context, [logits], [losses], { labels, offsets, frames }) {
    const [time, batch, classes] = logits.shape;
    let longest = 0;
    for (let b = 0; b < batch; b++) longest = Math.max(longest, offsets[b + 1] - offsets[b]);
    const grad = context.allocate(logits.shape);
    context.kernels.ctc(
      time,
      batch,
      classes,
      context.buffer(logits),
      context.integers(labels),
      context.integers(offsets),
      context.integers(frames),
      context.buffer(losses),
      context.buffer(grad),
      context.doubles(ctcWorkspaceSize(time, longest, classes)),
    );
    return [grad];
  },
  backward(context, { inputs: [logits], saved: [grad], grads: [outer] }) {
    const [time, batch, classes] = logits.shape;
    // One factor for each utterance, written out as [B, C], which then repeats over time.
    const factors = context.allocate([batch, classes]);
    const result = context.allocate(logits.shape);
    context.kernels.copyStrided(
      2,
      context.integers([batch, classes]),
      context.buffer(outer!),
      0,
      context.integers([1, 0]),
      context.buffer(factors),
      0,
      context.integers([classes, 1]),
    );
    const [g, f, y] = [grad, factors, result].map((tensor) => context.buffer(tensor));
    context.kernels.multiply(g, f, y, time * batch * classes, grad.size, factors.size);
    return [result];
  },
  samples: [
    {
      shapes: [[5, 2, 4]],
      attributes: {
        labels: Int32Array.of(1, 2, 3, 3),
        offsets: Int32Array.of(0, 2, 4),
        frames: Int32Array.of(5, 4),
      },
    },
    {
      shapes: [[3, 2, 3]],
      attributes: { labels: Int32Array.of(2), offsets: Int32Array.of(0, 0, 1), frames: Int32Array.of(3, 1) },
    },
  ],
  errors: [
    {
      shapes: [[2, 1, 3]],
      attributes: { labels: Int32Array.of(1, 1), offsets: Int32Array.of(0, 2), frames: Int32Array.of(2) },
      message: /needs 3 frames/,
    },
    {
      shapes: [[2, 1, 3]],
      attributes: { labels: Int32Array.of(3), offsets: Int32Array.of(0, 1), frames: Int32Array.of(2) },
      message: /class 3/,
    },
    {
      shapes: [[2, 3]],
      attributes: { labels: Int32Array.of(1), offsets: Int32Array.of(0, 1), frames: Int32Array.of(2) },
      message: /expected \[T, B, C\]/,
    },
  ],
});

function checkWhole(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i])) {
      throw new InputError(`ctcLoss: ${name} holds ${values[i]}, expected whole numbers.`);
    }
  }
}

function checkTargets(
  time: number,
  batch: number,
  classes: number,
  { labels, offsets, frames }: Targets,
): void {
  if (offsets.length !== batch + 1 || frames.length !== batch) {
    throw new InputError(
      `ctcLoss: ${offsets.length - 1} label sequences and ${frames.length} lengths were given, expected ${batch} of each.`,
    );
  }
  for (let b = 0; b < batch; b++) {
    if (!(frames[b] >= 0 && frames[b] <= time)) {
      throw new InputError(`ctcLoss: frames[${b}] is ${frames[b]}, expected 0 to ${time}.`);
    }
    const sequence = labels.subarray(offsets[b], offsets[b + 1]);
    for (const label of sequence) {
      if (label < 1 || label >= classes) {
        throw new InputError(`ctcLoss: labels[${b}] holds class ${label}, expected 1 to ${classes - 1}.`);
      }
    }
    const needed = framesNeeded(sequence);
    if (needed > frames[b]) {
      throw new InputError(`ctcLoss: labels[${b}] needs ${needed} frames, and frames[${b}] is ${frames[b]}.`);
    }
  }
}
