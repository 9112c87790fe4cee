import { expLanes64, logAddLanes64, logLanes64 } from './lanes.simd';

// States go by pairs (blank, label): pair i holds state 2i, the blank before label i, and state 2i + 1, label i.
// The last pair has no label; its second lane stands for a class that never occurs: column `classes` of each frame
// of log-probabilities, −∞. A row of pairs has one pair of −∞ before it and one after it.
//
// At frame t only the pairs from lastStart(t) = max(0, labels − (frames − t)) to min(labels, t) lie on a path from
// the first state to the last.

/** See ctc/reference.ts. */
export function ctc(
  time: usize,
  batch: usize,
  classes: usize,
  logits: usize,
  labels: usize,
  labelOffsets: usize,
  frames: usize,
  losses: usize,
  grad: usize,
  workspace: usize,
): void {
  const frame = (batch * classes) << 2;
  for (let b: usize = 0; b < batch; b++) {
    const first = <usize>i32.load(labelOffsets + (b << 2));
    const count = <usize>i32.load(labelOffsets + (b << 2), 4) - first;
    const valid = <usize>i32.load(frames + (b << 2));
    const done = sequence(valid, frame, classes, logits, labels + (first << 2), count, losses, grad, workspace);
    for (let t = done; t < time; t++) memory.fill(grad + t * frame, 0, classes << 2);
    logits += classes << 2;
    grad += classes << 2;
    losses += 4;
  }
}

/** Loss and gradient of one sequence; returns how many frames of the gradient it has written. */
function sequence(
  frames: usize,
  frame: usize,
  classes: usize,
  logits: usize,
  labels: usize,
  count: usize,
  loss: usize,
  grad: usize,
  workspace: usize,
): usize {
  if (frames < count) {
    f32.store(loss, Infinity);
    return 0;
  }
  const row = (count + 3) << 4;
  const probRow = (classes + 1) << 3;
  const skips = workspace;
  const posterior = skips + row;
  const columns = posterior + ((classes + 2) << 3);
  const beta = columns + ((count + 2) << 3);
  const alpha = beta + row;
  const logProbs = alpha + (frames + 1) * row;

  prepareLabels(classes, labels, count, skips, columns);
  logSoftmaxFrames(frames, frame, classes, logits, logProbs);
  forward(frames, count, row, probRow, skips, columns, logProbs, alpha);

  const last = v128.load(alpha + frames * row + (count << 4), 8);
  const none = f64x2.splat(-Infinity);
  const swapped = v128.shuffle<f64>(last, last, 1, 0);
  const total = f64x2.extract_lane(logAddLanes64(last, swapped, none), 0);
  f32.store(loss, <f32>(0 - total));
  if (total == -Infinity) return 0;
  backward(frames, count, row, probRow, skips, columns, logProbs, alpha, total, beta, posterior, frame, classes, grad);
  return frames;
}

/**
 * columns[i]: byte offset in a frame of log-probabilities of the class of label i, and of the column of −∞ after
 * the last label. skips[i] is added to the path that comes to pair i from pair i − 1: none for its blank, and 0 for
 * its label if the one before is different.
 */
function prepareLabels(classes: usize, labels: usize, count: usize, skips: usize, columns: usize): void {
  const none = f64x2.splat(-Infinity);
  for (let i: usize = 0; i < count + 2; i++) v128.store(skips + (i << 4), none);
  for (let i: usize = 0; i < count; i++) {
    const label = i32.load(labels + (i << 2));
    i32.store(columns + (i << 2), label << 3);
    if (i > 0 && i32.load(labels + ((i - 1) << 2)) != label) f64.store(skips + (i << 4), 0, 8);
  }
  i32.store(columns + (count << 2), <i32>classes << 3);
}

/** ln softmax of each frame in float64, with a column of −∞ after the last class. */
function logSoftmaxFrames(frames: usize, frame: usize, classes: usize, logits: usize, logProbs: usize): void {
  const none = f64x2.splat(-Infinity);
  const size = classes << 3;
  for (let t: usize = 0; t < frames; t++) {
    let largest = none;
    for (let k: usize = 0; k + 1 < classes; k += 2) {
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(logits + (k << 2)));
      v128.store(logProbs + (k << 3), pair);
      largest = f64x2.max(largest, pair);
    }
    if (classes & 1) {
      const single = f64x2.replace_lane(none, 0, f32.load(logits + ((classes - 1) << 2)));
      v128.store(logProbs + size - 8, single);
      largest = f64x2.max(largest, single);
    }
    f64.store(logProbs + size, -Infinity);
    largest = f64x2.max(largest, v128.shuffle<f64>(largest, largest, 1, 0));

    let sums = f64x2.splat(0);
    for (let k: usize = 0; k < size; k += 16) {
      sums = f64x2.add(sums, expLanes64(f64x2.sub(v128.load(logProbs + k), largest)));
    }
    sums = f64x2.add(sums, v128.shuffle<f64>(sums, sums, 1, 0));
    const normalizer = f64x2.add(largest, logLanes64(sums));
    for (let k: usize = 0; k < size; k += 16) {
      v128.store(logProbs + k, f64x2.sub(v128.load(logProbs + k), normalizer));
    }
    f64.store(logProbs + size, -Infinity);
    logits += frame;
    logProbs += size + 8;
  }
}

/** Row t + 1 of alpha: ln p(frames 0 … t, in each state at t); row 0 starts all paths before state 0. */
function forward(
  frames: usize,
  count: usize,
  row: usize,
  probRow: usize,
  skips: usize,
  columns: usize,
  logProbs: usize,
  alpha: usize,
): void {
  const none = f64x2.splat(-Infinity);
  for (let i: usize = 0; i < row; i += 16) v128.store(alpha + i, none);
  f64.store(alpha, 0, 16);
  for (let t: usize = 0; t < frames; t++) {
    const before = alpha;
    alpha += row;
    v128.store(alpha, none);
    const end = min(count, t);
    for (let i = firstPair(count, frames - t); i <= end; i++) {
      const from = before + (i << 4);
      const stay = v128.load(from, 16);
      const next = v128.load(from, 8);
      const skip = f64x2.add(v128.load(from), v128.load(skips + (i << 4)));
      const emitted = emission(logProbs, columns, i);
      v128.store(alpha + (i << 4), f64x2.add(logAddLanes64(stay, next, skip), emitted), 16);
    }
    v128.store(alpha + (end << 4), none, 32);
    logProbs += probRow;
  }
}

/**
 * Goes back over the frames and writes softmax − posterior of each. `beta` holds ln p(frames t … | state at t) of
 * the frame after, frame t included, and becomes that of this one in place.
 */
function backward(
  frames: usize,
  count: usize,
  row: usize,
  probRow: usize,
  skips: usize,
  columns: usize,
  logProbs: usize,
  alpha: usize,
  total: f64,
  beta: usize,
  posterior: usize,
  frame: usize,
  classes: usize,
  grad: usize,
): void {
  const none = f64x2.splat(-Infinity);
  const totals = f64x2.splat(total);
  for (let i: usize = 0; i < row; i += 16) v128.store(beta + i, none);
  f64.store(beta + (count << 4), 0);
  alpha += frames * row + 16;
  logProbs += frames * probRow;
  grad += frames * frame;
  for (let t = frames; t-- > 0; ) {
    logProbs -= probRow;
    grad -= frame;
    memory.fill(posterior, 0, (classes + 2) << 3);
    let blank: f64 = 0;
    const end = min(count, t);
    for (let i = firstPair(count, frames - t); i <= end; i++) {
      const from = beta + (i << 4);
      const skip = f64x2.add(v128.load(from, 16), v128.load(skips + (i << 4), 16));
      const onward = logAddLanes64(v128.load(from), v128.load(from, 8), skip);
      v128.store(from, f64x2.add(onward, emission(logProbs, columns, i)));
      const share = expLanes64(f64x2.sub(f64x2.add(v128.load(alpha + (i << 4)), onward), totals));
      blank += f64x2.extract_lane(share, 0);
      const bin = posterior + i32.load(columns + (i << 2));
      f64.store(bin, f64.load(bin) + f64x2.extract_lane(share, 1));
    }
    f64.store(posterior, blank);
    writeGradient(classes, logProbs, posterior, grad);
    alpha -= row;
  }
}

function writeGradient(classes: usize, logProbs: usize, posterior: usize, grad: usize): void {
  for (let k: usize = 0; k < classes; k += 2) {
    const probability = expLanes64(v128.load(logProbs + (k << 3)));
    const pair = f32x4.demote_f64x2_zero(f64x2.sub(probability, v128.load(posterior + (k << 3))));
    if (k + 1 < classes) v128.store64_lane(grad + (k << 2), pair, 0);
    else v128.store32_lane(grad + (k << 2), pair, 0);
  }
}

/** First pair from which the last state can still be reached in `left` frames, the present one included. */
@inline
function firstPair(count: usize, left: usize): usize {
  return count > left ? count - left : 0;
}

/** Log-probabilities of the blank and of label i. */
@inline
function emission(logProbs: usize, columns: usize, i: usize): v128 {
  return v128.load64_lane(logProbs + i32.load(columns + (i << 2)), v128.load64_zero(logProbs), 1);
}
