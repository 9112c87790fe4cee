import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { normalizers } from '../softmax/gpu.ts';
import {
  columnsBeside,
  firstAlpha,
  gradient,
  lastBeta,
  loss,
  nextAlpha,
  nextBeta,
  none,
} from './sources.gpu.ts';

/** Frames from one at which the largest is taken off to the next: finding it costs as much as all the rest of a frame. */
const rescaleEvery = 64;

/**
 * Logarithms of forward and backward variables, each as an integer and a fraction (see sources.gpu.ts), which keep their
 * digits for large logits; now and then less the largest, so that they stay small however long the sequence. A launch for
 * each frame and direction.
 */
export function ctc(
  gpu: Gpu,
  time: number,
  batch: number,
  classes: number,
  logits: GpuBuffer,
  labels: GpuIntegers,
  labelOffsets: GpuIntegers,
  frames: GpuIntegers,
  losses: GpuBuffer,
  grad: GpuBuffer,
  _workspace: GpuBuffer,
): void {
  if (time * batch === 0) {
    gpu.zero(losses, batch);
    return;
  }
  const lattice = latticeOf(labels.values, labelOffsets.values, batch);
  const { width } = lattice;
  const [emitted, skips, counts] = [lattice.classes, lattice.skips, lattice.counts].map(gpu.integers);
  const norms = normalizers(gpu, logits, time * batch, classes);
  const size = batch * 2 * width;
  const [alphas, betas] = [gpu.allocate(time * size), gpu.allocate(time * size)];
  const alphaAt = (t: number) => [gpu.at(alphas, t * size), size] as const;
  const betaAt = (t: number) => [gpu.at(betas, t * size), size] as const;
  const constants = { width, states: width - columnsBeside, classes };
  const scoresAt = (t: number) =>
    ({
      logits: [gpu.at(logits, t * batch * classes), batch * classes],
      norms: [gpu.at(norms, t * batch * 2), batch * 2],
      emitted: [emitted, batch * width],
    }) as const;
  const shared = {
    skips: [skips, batch * width],
    counts: [counts, batch],
    frames: [frames, batch],
  } as const;

  for (let t = 0; t < time; t++) {
    const isFirst = t === 0;
    gpu.launch({
      name: isFirst ? 'ctcFirstAlpha' : 'ctcAlpha',
      reads: isFirst
        ? { ...scoresAt(t), counts: shared.counts }
        : { before: alphaAt(t - 1), ...scoresAt(t), ...shared },
      numbers: isFirst ? { none } : { none, t },
      constants,
      threads: { s: width, row: 2 * batch },
      source: isFirst ? firstAlpha : nextAlpha(t % rescaleEvery === 0),
      writes: [alphaAt(t)],
    });
  }
  gpu.launch({
    name: 'ctcLoss',
    reads: { alpha: alphaAt(time - 1), counts: shared.counts, frames: shared.frames },
    numbers: { none },
    constants,
    threads: { b: batch },
    source: loss,
    writes: [[losses, batch]],
  });
  for (let t = time - 1; t >= 0; t--) {
    const isLast = t === time - 1;
    gpu.launch({
      name: isLast ? 'ctcLastBeta' : 'ctcBeta',
      reads: isLast
        ? { counts: shared.counts, frames: shared.frames }
        : { after: betaAt(t + 1), ...scoresAt(t + 1), ...shared },
      numbers: { none, t },
      constants,
      threads: { s: width, row: 2 * batch },
      source: isLast ? lastBeta : nextBeta(t % rescaleEvery === 0),
      writes: [betaAt(t)],
    });
  }
  gpu.launch({
    name: 'ctcGrad',
    reads: {
      alphas: [alphas, time * size],
      betas: [betas, time * size],
      logits: [logits, time * batch * classes],
      norms: [norms, time * batch * 2],
      emitted: [emitted, batch * width],
      counts: shared.counts,
      frames: shared.frames,
    },
    constants: { ...constants, batch, time },
    threads: { c: classes, b: batch, t: time },
    source: gradient,
    writes: [[grad, time * batch * classes]],
  });
}

/** States s of sequence b, padded to `width`: the class that each emits, and whether it may follow s − 2. */
function latticeOf(labels: Int32Array, offsets: Int32Array, batch: number) {
  const counts = new Int32Array(batch);
  for (let b = 0; b < batch; b++) counts[b] = 2 * (offsets[b + 1] - offsets[b]) + 1;
  // Widths in steps, so that few different kernels are compiled.
  const width = Math.ceil((Math.max(...counts) + columnsBeside) / 8) * 8;
  const [classes, skips] = [new Int32Array(batch * width), new Int32Array(batch * width)];
  for (let b = 0; b < batch; b++) {
    for (let s = 1; s < counts[b]; s += 2) {
      const label = offsets[b] + (s - 1) / 2;
      classes[b * width + s] = labels[label];
      skips[b * width + s] = s > 1 && labels[label] !== labels[label - 1] ? 1 : 0;
    }
  }
  return { width, counts, classes, skips };
}
