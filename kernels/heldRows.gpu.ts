import type { Gpu, GpuBuffer, GpuIntegers, Launch, Part } from './launch.ts';

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

/** A cell at one step of a sequence. */
export interface CellStep {
  readonly batch: number;
  readonly hidden: number;
  readonly lengths: GpuIntegers;
  readonly step: number;
}

/** An array `[batch, gates, hidden]` that a cell's kernel makes; `held` is the source for rows that are held. */
export interface CellResult {
  readonly to: GpuBuffer;
  readonly gates: number;
  readonly held: string;
  readonly source: string;
}

/**
 * Makes all results of a cell in one launch, as rows of `hidden` values, one result after another. `y` counts the rows, `j` the
 * columns; sources see the batch's `row`, and `gate`.
 */
export function launchCell(
  gpu: Gpu,
  name: string,
  { batch, hidden, lengths, step }: CellStep,
  reads: Launch['reads'],
  results: readonly CellResult[],
): void {
  const rowsHeld = heldRows(lengths, step);
  let rows = 0;
  const parts = results.map(({ gates, held, source }, k) => {
    const first = rows;
    rows += batch * gates;
    // Names of their own, as gpu.js takes all declarations together.
    const own = `${rowsHeld.ifHeld('row', held)}\n${source}`.replaceAll(/\b(row|gate)\b/g, `$1${k}`);
    return `
if (y < ${rows}) {
  const row${k} = Math.floor((y - ${first} + 0.5) / ${gates});
  const gate${k} = y - ${first} - row${k} * ${gates};
  ${own}
}`;
  });
  gpu.launch({
    name,
    reads: { ...reads, ...rowsHeld.reads },
    numbers: rowsHeld.numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source: `${parts.join('\n')}\nreturn 0;`,
    writes: results.map(({ to, gates }) => [to, batch * gates * hidden]),
  });
}
