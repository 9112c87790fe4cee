/**
 * The colour of a number between −1 and 1, as CSS: towards one colour of the theme for positive numbers, another for negative
 * ones. The browser mixes it, so that it follows a change of theme.
 */
export function diverging(value: number): string {
  const share = Math.round(100 * Math.min(1, Math.abs(value)));
  const end = value < 0 ? 'var(--live-negative)' : 'var(--live-positive)';
  return `color-mix(in oklab, ${end} ${share}%, var(--live-zero))`;
}
