/**
 * Length of the float64 workspace that `ctc` needs for one sequence at a time: log-probabilities
 * `[time, classes + 1]`, forward variables `[time + 1, states]` and a few rows; states are the 2·maxLabels + 1
 * blanks and labels, padded.
 */
export function ctcWorkspaceSize(time: number, maxLabels: number, classes: number): number {
  const paddedStates = 2 * maxLabels + 6;
  return time * (classes + 1 + paddedStates) + 4 * paddedStates + classes + 4;
}
