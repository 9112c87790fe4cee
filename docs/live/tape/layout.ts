import type { TapeNode } from './tape.ts';

/** Where a node is drawn: a column and a row, in units of a node. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Rows by depth, inputs on top: a node stands below all that it reads, as near as it can under their middle. Inputs keep their
 * order.
 */
export function layout(tape: readonly TapeNode[]): Place[] {
  const rows: number[] = [];
  for (const { inputs } of tape) rows.push(Math.max(-1, ...inputs.map((index) => rows[index])) + 1);
  const columns: number[] = tape.map(({ index, kind }) => (kind === 'input' ? index : 0));
  const deepest = Math.max(...rows);
  for (let row = 1; row <= deepest; row++) {
    const own = tape.filter(({ index }) => rows[index] === row);
    const wanted = own
      .map(({ index, inputs }) => ({
        index,
        x: inputs.reduce((total, input) => total + columns[input], 0) / inputs.length,
      }))
      .sort((a, b) => a.x - b.x);
    wanted.forEach(({ index, x }, k) => {
      columns[index] = k === 0 ? x : Math.max(x, columns[wanted[k - 1].index] + 1);
    });
  }
  return tape.map(({ index }) => ({ x: columns[index], y: rows[index] }));
}
