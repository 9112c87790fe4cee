import { type Algebra, type Expression, written } from './expressions.ts';

export type Kind = 'input' | keyof Algebra<unknown>;

/** One entry of the tape: an input, or an operation on earlier entries. */
export interface TapeNode {
  readonly index: number;
  readonly name: string;
  readonly kind: Kind;
  /** Earlier entries. */
  readonly inputs: readonly number[];
  readonly value: number;
}

/** Writes down every operation of an expression as it is computed. The last entry is the value of all. */
export function record({ inputs, build }: Expression, values: Readonly<Record<string, number>>): TapeNode[] {
  const tape: TapeNode[] = [];
  const put = (kind: Kind, name: string, value: number, ...from: TapeNode[]): TapeNode => {
    const node = { index: tape.length, name, kind, inputs: from.map(({ index }) => index), value };
    tape.push(node);
    return node;
  };
  const unnamed = () => `v${tape.length}`;
  const ops: Algebra<TapeNode> = {
    add: (a, b, name = unnamed()) => put('add', name, a.value + b.value, a, b),
    subtract: (a, b, name = unnamed()) => put('subtract', name, a.value - b.value, a, b),
    multiply: (a, b, name = unnamed()) => put('multiply', name, a.value * b.value, a, b),
    tanh: (a, name = unnamed()) => put('tanh', name, Math.tanh(a.value), a),
    sigmoid: (a, name = unnamed()) => put('sigmoid', name, 1 / (1 + Math.exp(-a.value)), a),
    square: (a, name = unnamed()) => put('square', name, a.value * a.value, a),
  };
  const entries = Object.keys(inputs).map(
    (name) => [name, put('input', written(name), values[name])] as const,
  );
  build(ops, Object.fromEntries(entries));
  return tape;
}

/** What a node sends back to one of its inputs: a factor times its own gradient. */
export interface Contribution {
  readonly to: number;
  readonly factor: number;
  /** The factor in the names of the tape: `1 − y²`. */
  readonly text: string;
}

/** The vector–Jacobian product of a node, input by input; an input that stands twice gets two. */
export function contributions(
  tape: readonly TapeNode[],
  { kind, inputs, name, value }: TapeNode,
): Contribution[] {
  const [a, b] = inputs.map((index) => tape[index]);
  switch (kind) {
    case 'input':
      return [];
    case 'add':
      return [a, b].map(({ index }) => ({ to: index, factor: 1, text: '1' }));
    case 'subtract':
      return [
        { to: a.index, factor: 1, text: '1' },
        { to: b.index, factor: -1, text: '(−1)' },
      ];
    case 'multiply':
      return [
        { to: a.index, factor: b.value, text: b.name },
        { to: b.index, factor: a.value, text: a.name },
      ];
    case 'tanh':
      return [{ to: a.index, factor: 1 - value ** 2, text: `(1 − ${name}²)` }];
    case 'sigmoid':
      return [{ to: a.index, factor: value * (1 - value), text: `${name}(1 − ${name})` }];
    case 'square':
      return [{ to: a.index, factor: 2 * a.value, text: `2${a.name}` }];
  }
}

/** The gradient of the last entry in every entry, after the last `done` nodes have sent theirs back; null where none came yet. */
export function gradients(tape: readonly TapeNode[], done: number): (number | null)[] {
  const grads: (number | null)[] = tape.map(() => null);
  grads[tape.length - 1] = 1;
  for (let index = tape.length - 1; index >= tape.length - done; index--) {
    for (const { to, factor } of contributions(tape, tape[index])) {
      grads[to] = (grads[to] ?? 0) + factor * (grads[index] ?? 0);
    }
  }
  return grads;
}
