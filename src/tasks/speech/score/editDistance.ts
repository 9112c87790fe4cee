/** The edits of an alignment of a hypothesis with its reference. */
export interface Edits {
  /** Their number: the Levenshtein distance. */
  readonly errors: number;
  readonly substitutions: number;
  /** Symbols of the hypothesis that the reference lacks. */
  readonly insertions: number;
  /** Symbols of the reference that the hypothesis lacks. */
  readonly deletions: number;
}

/**
 * Levenshtein's distance, every edit of weight 1 (Wagner and Fischer 1974). Among the alignments with the
 * fewest errors the one with the fewest substitutions is counted, which makes the three counts unique and
 * agrees with the usual scoring of speech, where a substitution weighs more than an insertion or deletion.
 */
export function editDistance<T>(reference: readonly T[], hypothesis: readonly T[]): Edits {
  const edit = reference.length + hypothesis.length + 1;
  // One number per cell, errors · edit + substitutions, orders alignments as wanted.
  const row = Float64Array.from({ length: hypothesis.length + 1 }, (_, j) => j * edit);
  for (let i = 1; i <= reference.length; i++) {
    let diagonal = row[0]!;
    row[0] = i * edit;
    for (let j = 1; j <= hypothesis.length; j++) {
      const paired = diagonal + (reference[i - 1] === hypothesis[j - 1] ? 0 : edit + 1);
      diagonal = row[j]!;
      row[j] = Math.min(paired, Math.min(row[j]!, row[j - 1]!) + edit);
    }
  }
  const cost = row[hypothesis.length]!;
  const errors = Math.floor(cost / edit);
  const substitutions = cost - errors * edit;
  const unpaired = errors - substitutions;
  const surplus = hypothesis.length - reference.length;
  return {
    errors,
    substitutions,
    insertions: (unpaired + surplus) / 2,
    deletions: (unpaired - surplus) / 2,
  };
}
