/**
 * Length of the float64 workspace that `ctc` needs: log-probabilities and forward variables of one sequence
 * (`[time, classes]` and `[time, states]`) and a few rows, where states = 2·maxLabels + 1 blanks and labels, padded.
 */
export function ctcWorkspaceSize(time: number, maxLabels: number, classes: number): number {
  const paddedStates = 2 * maxLabels + 6;
  return time * (classes + paddedStates) + 4 * paddedStates + 2 * classes + 4;
}
