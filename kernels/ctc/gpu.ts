import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { logSoftmax } from '../softmax/gpu.ts';

/** Stands for the logarithm of 0: GPUs need not know infinities. */
const none = -1e30;

/**
 * Logarithms of forward and backward variables, less their largest in the frame before, so that they stay small however long
 * the sequence and however large the logits; what was taken off is added up apart. A launch for each frame and direction.
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
  const logProbs = gpu.allocate(time * batch * classes);
  logSoftmax(gpu, logits, logProbs, time * batch, classes);
  const rowSize = batch * (width + 1);
  const [alphas, betas] = [gpu.allocate(time * rowSize), gpu.allocate(time * batch * width)];
  const constants = { width, classes };
  const ofFrame = (t: number) => gpu.at(logProbs, t * batch * classes);
  const shared = {
    emitted: [emitted, batch * width],
    skips: [skips, batch * width],
    counts: [counts, batch],
    frames: [frames, batch],
  } as const;

  for (let t = 0; t < time; t++) {
    const alpha = gpu.at(alphas, t * rowSize);
    gpu.launch({
      name: t === 0 ? 'ctcFirstAlpha' : 'ctcAlpha',
      reads: {
        ...(t === 0
          ? {}
          : { before: [gpu.at(alphas, (t - 1) * rowSize), rowSize] as const, skips: shared.skips }),
        logProbs: [ofFrame(t), batch * classes],
        emitted: shared.emitted,
        counts: shared.counts,
        ...(t === 0 ? {} : { frames: shared.frames }),
      },
      numbers: t === 0 ? { none } : { none, t },
      constants,
      threads: { s: width + 1, b: batch },
      source: t === 0 ? firstAlpha : nextAlpha,
      writes: [[alpha, rowSize]],
    });
  }
  gpu.launch({
    name: 'ctcLoss',
    reads: {
      alpha: [gpu.at(alphas, (time - 1) * rowSize), rowSize],
      counts: shared.counts,
      frames: shared.frames,
    },
    constants,
    threads: { b: batch },
    source: loss,
    writes: [[losses, batch]],
  });
  for (let t = time - 1; t >= 0; t--) {
    const isLast = t === time - 1;
    gpu.launch({
      name: isLast ? 'ctcLastBeta' : 'ctcBeta',
      reads: {
        ...(isLast
          ? {}
          : {
              after: [gpu.at(betas, (t + 1) * batch * width), batch * width] as const,
              logProbs: [ofFrame(t + 1), batch * classes] as const,
              emitted: shared.emitted,
              skips: shared.skips,
            }),
        counts: shared.counts,
        frames: shared.frames,
      },
      numbers: { none, t },
      constants,
      threads: { s: width, b: batch },
      source: isLast ? lastBeta : nextBeta,
      writes: [[gpu.at(betas, t * batch * width), batch * width]],
    });
  }
  gpu.launch({
    name: 'ctcGrad',
    reads: {
      alphas: [alphas, time * rowSize],
      betas: [betas, time * batch * width],
      logProbs: [logProbs, time * batch * classes],
      emitted: shared.emitted,
      counts: shared.counts,
      frames: shared.frames,
    },
    constants: { ...constants, batch },
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
  const width = Math.ceil(Math.max(...counts) / 8) * 8;
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

/* alpha is `[batch, width + 1]`: the last column holds what was taken off the others. */

const firstAlpha = `
if (s === $width) { return 0; }
if (s < 2) {
  if (s < counts[b]) { return logProbs[b * $classes + Math.floor(emitted[b * $width + s])]; }
}
return none;`;

const largestBefore = (array: string, width: string): string => `
let largest = ${array}[b * ${width}];
for (let k = 1; k < $width; k++) { largest = Math.max(largest, ${array}[b * ${width} + k]); }`;

/** ln(e^u + e^v + e^w) less the frame's largest; states that nothing leads to stay so. */
const sumOfThree = `
const peak = Math.max(u, Math.max(v, w));
if (peak < 0.5 * none) { return none; }
const sum = peak - largest + Math.log(Math.exp(u - peak) + Math.exp(v - peak) + Math.exp(w - peak));`;

const nextAlpha = `
const row = b * ($width + 1);
if (t >= frames[b]) { return before[row + s]; }
${largestBefore('before', '($width + 1)')}
if (s === $width) { return before[row + $width] + largest; }
if (s >= counts[b]) { return none; }
let u = before[row + s];
let v = none;
let w = none;
if (s > 0) { v = before[row + s - 1]; }
if (skips[b * $width + s] > 0) { w = before[row + s - 2]; }
${sumOfThree}
return sum + logProbs[b * $classes + Math.floor(emitted[b * $width + s])];`;

const loss = `
if (frames[b] < 1) { return 0; }
const row = b * ($width + 1);
const last = Math.floor(counts[b]) - 1;
const ends = alpha[row + last];
if (last === 0) { return -(ends + alpha[row + $width]); }
const other = alpha[row + last - 1];
const largest = Math.max(ends, other);
return -(largest + Math.log(Math.exp(ends - largest) + Math.exp(other - largest)) + alpha[row + $width]);`;

const isOutside = `
if (t >= frames[b]) { return none; }
if (s >= counts[b]) { return none; }
if (t === frames[b] - 1) {
  if (s >= counts[b] - 2) { return 0; }
  return none;
}`;

const lastBeta = `${isOutside}\nreturn none;`;

const nextBeta = `${isOutside}
const row = b * $width;
${largestBefore('after', '$width')}
let u = after[row + s] + logProbs[b * $classes + Math.floor(emitted[row + s])];
let v = none;
let w = none;
if (s + 1 < counts[b]) { v = after[row + s + 1] + logProbs[b * $classes + Math.floor(emitted[row + s + 1])]; }
if (s + 2 < counts[b]) {
  if (skips[row + s + 2] > 0) { w = after[row + s + 2] + logProbs[b * $classes + Math.floor(emitted[row + s + 2])]; }
}
${sumOfThree}
return sum;`;

const gradient = `
if (t >= frames[b]) { return 0; }
const alphaRow = (t * $batch + b) * ($width + 1);
const betaRow = (t * $batch + b) * $width;
let largest = alphas[alphaRow] + betas[betaRow];
for (let k = 1; k < $width; k++) { largest = Math.max(largest, alphas[alphaRow + k] + betas[betaRow + k]); }
let all = 0;
let own = 0;
for (let k = 0; k < $width; k++) {
  if (k < counts[b]) {
    const part = Math.exp(alphas[alphaRow + k] + betas[betaRow + k] - largest);
    all += part;
    if (c === Math.floor(emitted[b * $width + k])) { own += part; }
  }
}
return Math.exp(logProbs[(t * $batch + b) * $classes + c]) - own / all;`;
