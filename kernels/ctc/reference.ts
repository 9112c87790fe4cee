import type { FloatArray } from '../types.ts';

/**
 * Connectionist temporal classification (Graves et al., 2006): the loss and its gradient in the logits.
 *
 * `logits` `[time, batch, classes]` are raw scores; class 0 is the blank. Sequence b has frames[b] ≤ time valid
 * frames and the labels labels[labelOffsets[b] … labelOffsets[b + 1]), each in 1 … classes − 1. Its loss is
 * −ln Σ_π Π_t softmax(logits)[t, b, π_t] over all alignments π that spell the labels once repetitions are merged
 * and blanks removed. `grad` `[time, batch, classes]` is ∂losses[b]/∂logits[:, b, :] = softmax − posterior, and 0
 * from frame frames[b] on. An impossible sequence (too few frames) has loss Infinity and gradient 0.
 *
 * `workspace` has `ctcWorkspaceSize(time, longest label sequence, classes)` doubles. All sums are over float64
 * logarithms.
 */
export function ctc(
  time: number,
  batch: number,
  classes: number,
  logits: FloatArray,
  labels: Int32Array,
  labelOffsets: Int32Array,
  frames: Int32Array,
  losses: FloatArray,
  grad: FloatArray,
  workspace: Float64Array,
): void {
  grad.fill(0, 0, time * batch * classes);
  for (let b = 0; b < batch; b++) {
    const sequence = labels.subarray(labelOffsets[b], labelOffsets[b + 1]);
    const states = 2 * sequence.length + 1;
    const logProbs = workspace.subarray(0, frames[b] * classes);
    const alpha = workspace.subarray(logProbs.length, logProbs.length + frames[b] * states);
    const rest = workspace.subarray(logProbs.length + alpha.length);

    logSoftmaxFrames(frames[b], batch, classes, logits.subarray(b * classes), logProbs);
    forward(frames[b], classes, sequence, logProbs, alpha);
    const logLikelihood = total(frames[b], states, alpha);
    losses[b] = 0 - logLikelihood;
    if (logLikelihood === -Infinity) continue;
    backward(
      frames[b],
      batch,
      classes,
      sequence,
      logProbs,
      alpha,
      logLikelihood,
      grad.subarray(b * classes),
      rest,
    );
  }
}

/** ln softmax of each frame: from stride batch·classes to `[frames, classes]`. */
function logSoftmaxFrames(
  frames: number,
  batch: number,
  classes: number,
  logits: FloatArray,
  logProbs: Float64Array,
): void {
  for (let t = 0; t < frames; t++) {
    let normalizer = -Infinity;
    for (let k = 0; k < classes; k++) normalizer = logAdd(normalizer, logits[t * batch * classes + k]);
    for (let k = 0; k < classes; k++) {
      logProbs[t * classes + k] = logits[t * batch * classes + k] - normalizer;
    }
  }
}

/** alpha[t, s] = ln p(frames 0 … t, in state s at t); states alternate blank, label, blank, …. */
function forward(
  frames: number,
  classes: number,
  sequence: Int32Array,
  logProbs: Float64Array,
  alpha: Float64Array,
): void {
  const states = 2 * sequence.length + 1;
  for (let t = 0; t < frames; t++) {
    for (let s = 0; s < states; s++) {
      let sum = -Infinity;
      if (t === 0) {
        if (s <= 1) sum = 0;
      } else {
        const previous = (t - 1) * states;
        sum = alpha[previous + s];
        if (s >= 1) sum = logAdd(sum, alpha[previous + s - 1]);
        if (canSkip(sequence, s)) sum = logAdd(sum, alpha[previous + s - 2]);
      }
      alpha[t * states + s] = sum + logProbs[t * classes + classOf(sequence, s)];
    }
  }
}

/** ln p of the whole sequence: it ends in the last label or in the blank after it. */
function total(frames: number, states: number, alpha: Float64Array): number {
  if (frames === 0) return states === 1 ? 0 : -Infinity;
  const last = frames * states - 1;
  return states === 1 ? alpha[last] : logAdd(alpha[last], alpha[last - 1]);
}

/** Runs beta[s] = ln p(frames t+1 … | in state s at t) backwards and writes softmax − posterior of each frame. */
function backward(
  frames: number,
  batch: number,
  classes: number,
  sequence: Int32Array,
  logProbs: Float64Array,
  alpha: Float64Array,
  logLikelihood: number,
  grad: FloatArray,
  workspace: Float64Array,
): void {
  const states = 2 * sequence.length + 1;
  let beta = workspace.subarray(0, states);
  let next = workspace.subarray(states, 2 * states);
  const posterior = workspace.subarray(2 * states, 2 * states + classes);
  for (let t = frames - 1; t >= 0; t--) {
    posterior.fill(0);
    for (let s = 0; s < states; s++) {
      if (t === frames - 1) {
        beta[s] = s >= states - 2 ? 0 : -Infinity;
      } else {
        const emitted = (s: number) => next[s] + logProbs[(t + 1) * classes + classOf(sequence, s)];
        beta[s] = emitted(s);
        if (s + 1 < states) beta[s] = logAdd(beta[s], emitted(s + 1));
        if (canSkip(sequence, s + 2)) beta[s] = logAdd(beta[s], emitted(s + 2));
      }
      posterior[classOf(sequence, s)] += Math.exp(alpha[t * states + s] + beta[s] - logLikelihood);
    }
    for (let k = 0; k < classes; k++) {
      grad[t * batch * classes + k] = Math.exp(logProbs[t * classes + k]) - posterior[k];
    }
    [beta, next] = [next, beta];
  }
}

/** Class that state s emits: the blank at even s, a label at odd s. */
function classOf(sequence: Int32Array, s: number): number {
  return s % 2 === 0 ? 0 : sequence[(s - 1) / 2];
}

/** Whether s may follow s − 2 directly: both are labels, and different ones. */
function canSkip(sequence: Int32Array, s: number): boolean {
  return (
    s % 2 === 1 && s >= 3 && s < 2 * sequence.length + 1 && classOf(sequence, s) !== classOf(sequence, s - 2)
  );
}

/** ln(eᵃ + eᵇ). */
function logAdd(a: number, b: number): number {
  const max = Math.max(a, b);
  return max === -Infinity ? max : max + Math.log1p(Math.exp(Math.min(a, b) - max));
}
