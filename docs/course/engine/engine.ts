/** Numbers in rows and columns, row by row. Nobody changes them once they are made. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** The matrix whose entry in row i and column j is `entry(i, j)`. */
export function generate(rows: number, cols: number, entry: (i: number, j: number) => number): Matrix {
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] = entry(i, j);
  return { rows, cols, data };
}

/** The matrix with these rows: `matrix([[1, 2], [3, 4]])`. */
export const matrix = (values: readonly (readonly number[])[]): Matrix =>
  generate(values.length, values[0].length, (i, j) => values[i][j]);

/** One op that was applied: what it read, what it made, and how a gradient of the latter becomes gradients of the former. */
interface Node {
  readonly inputs: readonly Matrix[];
  readonly output: Matrix;
  readonly pullBack: (grad: Matrix) => readonly Matrix[];
}

/** Tapes that are being written; more than one while a gradient is itself differentiated. */
const tapes: Node[][] = [];

function record(output: Matrix, inputs: readonly Matrix[], pullBack: Node['pullBack']): Matrix {
  for (const tape of tapes) tape.push({ inputs, output, pullBack });
  return output;
}

/** f of every entry. */
const map = (a: Matrix, f: (x: number) => number): Matrix => ({ ...a, data: a.data.map((x) => f(x)) });

/** f of every pair of entries that stand in the same place. */
function zip(a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix {
  if (a.rows !== b.rows || a.cols !== b.cols) {
    throw new Error(
      `The shapes ${a.rows} × ${a.cols} and ${b.rows} × ${b.cols} differ, expected equal ones.`,
    );
  }
  return { ...a, data: a.data.map((x, k) => f(x, b.data[k])) };
}

const plus = (x: number, y: number): number => x + y;
const times = (x: number, y: number): number => x * y;
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const add = (a: Matrix, b: Matrix): Matrix => record(zip(a, b, plus), [a, b], (grad) => [grad, grad]);

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  record(zip(a, b, times), [a, b], (grad) => [multiply(grad, b), multiply(grad, a)]);

/** An op on every entry for itself, y = f(x). `slope` gives its derivative, which is often simplest told from y. */
function unary(a: Matrix, f: (x: number) => number, slope: (y: Matrix) => Matrix): Matrix {
  const y = map(a, f);
  return record(y, [a], (grad) => [multiply(grad, slope(y))]);
}

/** factor · x + shift, for two numbers. */
export const affine = (a: Matrix, factor: number, shift = 0): Matrix =>
  unary(
    a,
    (x) => factor * x + shift,
    () => map(a, () => factor),
  );

/** x to the power p: its derivative is p x to the power p − 1. */
export const power = (a: Matrix, p: number): Matrix =>
  unary(
    a,
    (x) => x ** p,
    () => affine(power(a, p - 1), p),
  );

export const exp = (a: Matrix): Matrix => unary(a, Math.exp, (y) => y);

export const log = (a: Matrix): Matrix => unary(a, Math.log, () => power(a, -1));

/** The derivative of tanh is 1 − tanh². */
export const tanh = (a: Matrix): Matrix => unary(a, Math.tanh, (y) => affine(multiply(y, y), -1, 1));

/** The logistic function σ, whose derivative is σ (1 − σ). */
export const sigmoid = (a: Matrix): Matrix => unary(a, logistic, (y) => multiply(y, affine(y, -1, 1)));

export const transpose = (a: Matrix): Matrix =>
  record(
    generate(a.cols, a.rows, (i, j) => a.data[j * a.cols + i]),
    [a],
    (grad) => [transpose(grad)],
  );

/** The matrix product: entry (i, j) is Σ_k a_ik b_kj. */
export function matmul(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new Error(`${a.cols} columns meet ${b.rows} rows, expected as many.`);
  const product = generate(a.rows, b.cols, (i, j) => {
    let sum = 0;
    for (let k = 0; k < a.cols; k++) sum += a.data[i * a.cols + k] * b.data[k * b.cols + j];
    return sum;
  });
  return record(product, [a, b], (grad) => [matmul(grad, transpose(b)), matmul(transpose(a), grad)]);
}

/** A row, a column or a single number, repeated until it has a shape. */
export const repeat = (a: Matrix, rows: number, cols: number): Matrix =>
  record(
    generate(rows, cols, (i, j) => a.data[(i % a.rows) * a.cols + (j % a.cols)]),
    [a],
    (grad) => [sumTo(grad, a.rows, a.cols)],
  );

/** The reverse: sums of all entries that `repeat` would fill from one. `sumTo(a, 1, 1)` is the sum of everything. */
export function sumTo(a: Matrix, rows: number, cols: number): Matrix {
  const total = generate(rows, cols, () => 0);
  a.data.forEach((x, k) => {
    total.data[(Math.floor(k / a.cols) % rows) * cols + ((k % a.cols) % cols)] += x;
  });
  return record(total, [a], (grad) => [repeat(grad, a.rows, a.cols)]);
}

/** The value of a function of named matrices that returns a single number, and its gradient by each of them. */
export function valueAndGrad<Name extends string>(loss: (parameters: Record<Name, Matrix>) => Matrix) {
  return (parameters: Record<Name, Matrix>): { value: Matrix; grads: Record<Name, Matrix> } => {
    const tape: Node[] = [];
    tapes.push(tape);
    let value: Matrix;
    try {
      value = loss(parameters);
    } finally {
      tapes.pop();
    }
    if (value.data.length !== 1) throw new Error('The loss has several entries, expected a single number.');
    const grads = new Map<Matrix, Matrix>([[value, map(value, () => 1)]]);
    for (const { inputs, output, pullBack } of tape.reverse()) {
      const grad = grads.get(output);
      if (grad === undefined) continue; // The loss does not depend on it.
      pullBack(grad).forEach((own, i) => {
        const sum = grads.get(inputs[i]);
        grads.set(inputs[i], sum === undefined ? own : add(sum, own));
      });
    }
    const names = Object.keys(parameters) as Name[];
    const found = names.map((name) => [name, grads.get(parameters[name]) ?? map(parameters[name], () => 0)]);
    return { value, grads: Object.fromEntries(found) };
  };
}
