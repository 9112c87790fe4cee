import type { Tensors } from 'compact-rnn';

/** What an LSTM layer does inside, unit by unit: `[steps][units]` each. */
export interface Trace {
  readonly i: number[][];
  readonly f: number[][];
  readonly g: number[][];
  readonly o: number[][];
  readonly c: number[][];
  readonly h: number[][];
  /** What the output layer makes of h, `[steps]`. */
  readonly y: number[];
}

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));

/**
 * Runs a model of one dense LSTM layer and one output by its definition, and keeps the gates, which the library's fused
 * sequence does not show: a = W x + U h + b in the order i, f, g, o; c = f c + i g; h = o tanh(c).
 */
export function trace(parameters: Tensors, rows: readonly (readonly number[])[]): Trace {
  const read = (name: string) => parameters[name].dataSync();
  const [w, u, b] = [read('layers.0.input.weight'), read('layers.0.recurrent.weight'), read('layers.0.bias')];
  const [head, [headBias]] = [read('head.weight'), read('head.bias')];
  const units = b.length / 4;
  const all: Trace = { i: [], f: [], g: [], o: [], c: [], h: [], y: [] };
  let h: number[] = new Array(units).fill(0);
  let c: number[] = new Array(units).fill(0);
  for (const x of rows) {
    const a = Array.from(b, (bias, k) => {
      const fromInput = x.reduce((sum, value, j) => sum + w[k * x.length + j] * value, 0);
      return h.reduce((sum, value, j) => sum + u[k * units + j] * value, bias + fromInput);
    });
    const gate = (k: number) => a.slice(k * units, (k + 1) * units);
    const [i, f, o] = [gate(0), gate(1), gate(3)].map((own) => own.map(sigmoid));
    const g = gate(2).map(Math.tanh);
    c = c.map((old, k) => f[k] * old + i[k] * g[k]);
    h = c.map((value, k) => o[k] * Math.tanh(value));
    for (const [name, value] of Object.entries({ i, f, g, o, c, h })) all[name as 'i'].push(value);
    all.y.push(h.reduce((sum, value, k) => sum + head[k] * value, headBias));
  }
  return all;
}
