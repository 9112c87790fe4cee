import type { GpuIntegers, Launch, Part } from './launch.ts';

/**
 * What a cell's kernel needs to tell which rows are held at a step: nothing while every sequence goes on, which saves an
 * array. `ifHeld(row, source)` is the source to run for a held row.
 */
export function heldRows(
  lengths: GpuIntegers,
  step: number,
): {
  readonly reads: { readonly lengths?: Part };
  readonly numbers: Launch['numbers'];
  readonly ifHeld: (row: string, source: string) => string;
} {
  const { values } = lengths;
  if (values.every((length) => step < length)) return { reads: {}, numbers: {}, ifHeld: () => '' };
  return {
    reads: { lengths: [lengths, values.length] },
    numbers: { step },
    ifHeld: (row, source) => `if (step >= lengths[${row}]) { ${source} }`,
  };
}

/**
 * The source of a kernel whose results are rows of `$hidden` values: first those of arrays `[batch, gates, hidden]`, then
 * those of arrays `[batch, hidden]`. `y` counts the rows, `j` the columns; sources see the batch's `row`, and `gate`.
 */
export function rowsOfCell(
  batch: number,
  results: readonly { readonly gates: number; readonly source: string }[],
): { readonly rows: number; readonly source: string } {
  let rows = 0;
  const parts = results.map(({ gates, source }, k) => {
    const first = rows;
    rows += batch * gates;
    // Names of their own, as gpu.js takes all declarations together.
    const own = source.replaceAll(/\b(row|gate)\b/g, `$1${k}`);
    return `
if (y < ${rows}) {
  const row${k} = Math.floor((y - ${first} + 0.5) / ${gates});
  const gate${k} = y - ${first} - row${k} * ${gates};
  ${own}
}`;
  });
  return { rows, source: `${parts.join('\n')}\nreturn 0;` };
}
