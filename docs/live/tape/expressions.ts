/** What an expression is built with: numbers of some kind, and operations on them that may be given a name. */
export interface Algebra<V> {
  add(a: V, b: V, name?: string): V;
  subtract(a: V, b: V, name?: string): V;
  multiply(a: V, b: V, name?: string): V;
  tanh(a: V, name?: string): V;
  sigmoid(a: V, name?: string): V;
  square(a: V, name?: string): V;
}

/** A scalar function of named inputs, written once: the tape of this page and the library both read it. */
export interface Expression {
  readonly title: string;
  readonly text: string;
  readonly says: string;
  readonly inputs: Readonly<Record<string, number>>;
  build<V>(ops: Algebra<V>, inputs: Readonly<Record<string, V>>): V;
}

export const EXPRESSIONS: readonly Expression[] = [
  {
    title: 'a neuron and its error',
    text: 'L = (tanh(w · x + b) − t)²',
    says: 'The gradient passes tanh by 1 − y²: near 1 or −1 hardly anything comes through. Set w to 5 and see.',
    inputs: { w: 0.8, x: 1.5, b: -0.2, t: -0.5 },
    build: (ops, { w, x, b, t }) => {
      const y = ops.tanh(ops.add(ops.multiply(w, x, 'p'), b, 'a'), 'y');
      return ops.square(ops.subtract(y, t, 'e'), 'L');
    },
  },
  {
    title: 'a variable used twice',
    text: 'L = x · x + x',
    says: 'x is used three times, in two nodes: its gradient is the sum of what each use sends back, 2x + 1.',
    inputs: { x: 3 },
    build: (ops, { x }) => ops.add(ops.multiply(x, x, 's'), x, 'L'),
  },
  {
    title: 'two steps of a recurrent network',
    text: 'L = tanh(w · x₂ + u · tanh(w · x₁))',
    says: 'Backpropagation through time is backpropagation: w stands in both steps, and gets a share from each.',
    inputs: { w: 0.7, u: 0.9, x1: 1, x2: -0.4 },
    build: (ops, { w, u, x1, x2 }) => {
      const h = ops.tanh(ops.multiply(w, x1, 'a₁'), 'h₁');
      return ops.tanh(ops.add(ops.multiply(w, x2, 'p'), ops.multiply(u, h, 'q'), 'a₂'), 'L');
    },
  },
  {
    title: 'one step of an LSTM cell',
    text: 'L = tanh(σ(aⁱ) · tanh(aᵍ) + σ(aᶠ) · c) · σ(aᵒ)',
    says: 'On the way from the new cell to the old, c, the gradient is multiplied by f alone: no tanh, no matrix.',
    inputs: { ai: 0.5, ag: 0.8, af: 1, c: 0.6, ao: 0.3 },
    build: (ops, { ai, ag, af, c, ao }) => {
      const [i, g, f] = [ops.sigmoid(ai, 'i'), ops.tanh(ag, 'g'), ops.sigmoid(af, 'f')];
      const cell = ops.add(ops.multiply(i, g, 'p'), ops.multiply(f, c, 'q'), 'c′');
      return ops.multiply(ops.tanh(cell, 'k'), ops.sigmoid(ao, 'o'), 'L');
    },
  },
];

/** How inputs whose names have an index are written. */
const WRITTEN: Readonly<Record<string, string>> = {
  x1: 'x₁',
  x2: 'x₂',
  ai: 'aⁱ',
  ag: 'aᵍ',
  af: 'aᶠ',
  ao: 'aᵒ',
};
export const written = (name: string): string => WRITTEN[name] ?? name;
