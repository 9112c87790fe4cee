/** A number as people read it: 12,345; 0.123; 1.2e-5. */
export function figure(value: number, digits = 3): string {
  if (value === 0) return '0';
  if (Number.isInteger(value)) return value.toLocaleString('en-GB').replace('-', '−');
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e6 ? value.toExponential(1) : value.toPrecision(digits);
  return text.replace(/-/g, '−');
}

/** A share as per cent. */
export const percent = (share: number, decimals = 1): string => `${(100 * share).toFixed(decimals)} %`;
