/** Which class a state of the lattice emits: blanks (class 0) between and around the labels. */
export const statesOf = (labels: readonly number[]): number[] => [
  0,
  ...labels.flatMap((label) => [label, 0]),
];

/** Whether a path may pass from state s − 2 to s at once: over a blank, between different labels. */
export const canSkip = (states: readonly number[], s: number): boolean =>
  s >= 2 && states[s] !== 0 && states[s] !== states[s - 2];

/** States from which s is reached in one frame. */
export const before = (states: readonly number[], s: number): number[] =>
  [s, s - 1, ...(canSkip(states, s) ? [s - 2] : [])].filter((from) => from >= 0);

/** All that the forward–backward algorithm finds, in plain probabilities: `[frames][states]` unless said otherwise. */
export interface Lattice {
  readonly states: readonly number[];
  /** p(frames 0 … t, in s at t). */
  readonly alpha: number[][];
  /** p(frames t + 1 … | in s at t). */
  readonly beta: number[][];
  /** p(in s at t | the labels): α β / p. */
  readonly posterior: number[][];
  /** Probability of the labels: the sum over all paths. */
  readonly probability: number;
  /** The most likely path, a state for each frame, and its probability; empty where there is no path. */
  readonly best: readonly number[];
  readonly bestProbability: number;
  /** −ln p. */
  readonly loss: number;
  /** ∂loss/∂logits: softmax − posterior of each class, `[frames][classes]`. */
  readonly gradient: number[][];
}

/**
 * The lattice of `labels` over `probabilities` [frames][classes], class 0 the blank (Graves et al. 2006). A page's few frames
 * need no logarithms; the library, which reads hundreds, sums them.
 */
export function lattice(probabilities: readonly (readonly number[])[], labels: readonly number[]): Lattice {
  const states = statesOf(labels);
  const last = states.length - 1;
  const at = (t: number, s: number) => probabilities[t][states[s]];
  const grid = () => probabilities.map(() => states.map(() => 0));
  const [alpha, beta, viterbi, from] = [grid(), grid(), grid(), grid()];

  probabilities.forEach((_, t) => {
    states.forEach((_, s) => {
      if (t === 0) {
        alpha[0][s] = viterbi[0][s] = s <= 1 ? at(0, s) : 0;
        return;
      }
      const reached = before(states, s);
      alpha[t][s] = at(t, s) * reached.reduce((sum, other) => sum + alpha[t - 1][other], 0);
      from[t][s] = reached.reduce((a, b) => (viterbi[t - 1][b] > viterbi[t - 1][a] ? b : a));
      viterbi[t][s] = at(t, s) * viterbi[t - 1][from[t][s]];
    });
  });
  for (let t = probabilities.length - 1; t >= 0; t--) {
    states.forEach((_, s) => {
      if (t === probabilities.length - 1) {
        beta[t][s] = s >= last - 1 ? 1 : 0;
        return;
      }
      states.forEach((_, next) => {
        if (before(states, next).includes(s)) beta[t][s] += beta[t + 1][next] * at(t + 1, next);
      });
    });
  }

  const end = probabilities.length - 1;
  const probability = alpha[end][last] + (last > 0 ? alpha[end][last - 1] : 0);
  const posterior = alpha.map((row, t) =>
    row.map((value, s) => (probability === 0 ? 0 : (value * beta[t][s]) / probability)),
  );
  const gradient = probabilities.map((row, t) =>
    row.map((p, k) => {
      if (probability === 0) return 0;
      return p - states.reduce((sum, own, s) => sum + (own === k ? posterior[t][s] : 0), 0);
    }),
  );

  let s = last > 0 && viterbi[end][last - 1] > viterbi[end][last] ? last - 1 : last;
  const bestProbability = viterbi[end][s];
  const best: number[] = [];
  for (let t = end; t >= 0 && bestProbability > 0; t--) {
    best.unshift(s);
    s = from[t][s];
  }
  const loss = -Math.log(probability);
  return { states, alpha, beta, posterior, probability, best, bestProbability, loss, gradient };
}
