/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: 0 }) : 'unknown';
}

/** A number with so many decimals. */
export function decimal(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : 'unknown';
}

/** A fraction as per cent: 0.0421 as `4.2 %`. */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : 'unknown';
}

/** A fraction and its interval: `4.2 % (3.1 to 5.5)`. */
export function percentWithin(fraction: number, [low, high]: readonly [number, number]): string {
  return `${percent(fraction)} (${decimal(100 * low, 1)} to ${decimal(100 * high, 1)})`;
}

/** Seconds as `4 s`, `2:05` or `1:02:05`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Rows of cells as aligned lines: the first column to the left, the others to the right unless `left` names them. */
export function textTable(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (left.includes(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
