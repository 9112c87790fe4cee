import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as own from '../../docs/course/engine/engine.ts';
import * as real from '../../src/index.ts';

/* The engine of the course against the library: random expressions, their gradients, and gradients of those. */

/** What an expression needs of an engine; both engines are brought to this form. */
interface Engine<M> {
  add(a: M, b: M): M;
  multiply(a: M, b: M): M;
  affine(a: M, factor: number, shift: number): M;
  square(a: M): M;
  exp(a: M): M;
  log(a: M): M;
  tanh(a: M): M;
  sigmoid(a: M): M;
  transpose(a: M): M;
  matmul(a: M, b: M): M;
  repeat(a: M, rows: number, cols: number): M;
  sumTo(a: M, rows: number, cols: number): M;
}

const ownEngine: Engine<own.Matrix> = { ...own, square: (a) => own.power(a, 2) };

const realEngine: Engine<real.Tensor> = {
  ...real,
  affine: (a, factor, shift) => real.add(real.multiply(a, factor), shift),
  square: (a) => real.multiply(a, a),
  repeat: (a, rows, cols) => real.broadcastTo(a, [rows, cols]),
  sumTo: (a, rows, cols) => {
    const axes = [0, 1].filter((axis) => [rows, cols][axis] === 1);
    return axes.length === 0 ? a : real.sum(a, { axes, keepDims: true });
  },
};

/** A matrix [rows, cols] as a function of the parameters, in any engine. */
type Expression = <M>(engine: Engine<M>, parameters: Readonly<Record<string, M>>) => M;

const side = fc.integer({ min: 1, max: 3 });

/** Expressions of a shape. Leaves are parameters named by their shape, so that most are used several times. */
function expressions(rows: number, cols: number, depth: number): fc.Arbitrary<Expression> {
  const leaf = fc.constant<Expression>((_, parameters) => parameters[`p${rows}x${cols}`]);
  if (depth === 0) return leaf;
  const same = () => expressions(rows, cols, depth - 1);
  const unary = (f: <M>(engine: Engine<M>, a: M) => M) =>
    same().map<Expression>((a) => (engine, p) => f(engine, a(engine, p)));
  const binary = (f: <M>(engine: Engine<M>, a: M, b: M) => M) =>
    fc.tuple(same(), same()).map<Expression>(
      ([a, b]) =>
        (engine, p) =>
          f(engine, a(engine, p), b(engine, p)),
    );
  return fc.oneof(
    { depthSize: 'small' },
    leaf,
    binary((engine, a, b) => engine.add(a, b)),
    binary((engine, a, b) => engine.multiply(a, engine.tanh(b))),
    unary((engine, a) => engine.affine(a, -0.7, 0.2)),
    unary((engine, a) => engine.square(engine.tanh(a))),
    unary((engine, a) => engine.exp(engine.tanh(a))),
    unary((engine, a) => engine.log(engine.affine(engine.sigmoid(a), 1, 0.1))),
    expressions(cols, rows, depth - 1).map<Expression>((a) => (engine, p) => engine.transpose(a(engine, p))),
    side.chain((inner) =>
      fc.tuple(expressions(rows, inner, depth - 1), expressions(inner, cols, depth - 1)).map<Expression>(
        ([a, b]) =>
          (engine, p) =>
            engine.matmul(a(engine, p), b(engine, p)),
      ),
    ),
    fc
      .constantFrom([1, 1], [1, cols], [rows, 1])
      .chain(([r, c]) => expressions(r, c, depth - 1))
      .map<Expression>((a) => (engine, p) => engine.repeat(a(engine, p), rows, cols)),
    fc
      .tuple(side, side)
      .map(([r, c]) => [rows === 1 ? r : rows, cols === 1 ? c : cols])
      .chain(([r, c]) => expressions(r, c, depth - 1))
      .map<Expression>((a) => (engine, p) => engine.sumTo(a(engine, p), rows, cols)),
  );
}

const shapes = [1, 2, 3].flatMap((rows) => [1, 2, 3].map((cols) => [rows, cols] as const));

/** The same numbers for both engines. */
function parametersOf(seed: number) {
  const { next } = real.random(seed, 'course engine');
  const ofOwn: Record<string, own.Matrix> = {};
  const ofReal: Record<string, real.Tensor> = {};
  for (const [rows, cols] of shapes) {
    const name = `p${rows}x${cols}`;
    ofOwn[name] = own.generate(rows, cols, () => 2 * next() - 1);
    ofReal[name] = real.tensor(ofOwn[name].data, [rows, cols], { dtype: 'float64' });
  }
  return { ofOwn, ofReal };
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(1, ...Array.from(wanted, Math.abs));
  for (let k = 0; k < wanted.length; k++) {
    expect(Math.abs(found[k] - wanted[k])).toBeLessThanOrEqual(1e-11 * largest);
  }
}

const scalars = expressions(1, 1, 4);

describe('the engine of the course', () => {
  it('has no more than 150 lines, and as many as the index says', () => {
    const lines = engineText().trimEnd().split('\n').length;
    expect(lines).toBeLessThanOrEqual(150);
    const index = readFileSync(new URL('../../docs/course/index.md', import.meta.url), 'utf8');
    expect(index).toContain(`${lines} lines`);
  });

  it('is what chapter 1 shows, block by block', () => {
    const page = readFileSync(
      new URL('../../docs/course/01-tensors-and-the-tape.md', import.meta.url),
      'utf8',
    );
    const [building] = page.split('## A first gradient');
    const blocks = [...building.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
    expect(blocks.join('\n')).toBe(engineText());
  });

  it('has the values and gradients of the library', () => {
    fc.assert(
      fc.property(scalars, fc.nat(), (expression, seed) => {
        const { ofOwn, ofReal } = parametersOf(seed);
        const found = own.valueAndGrad((p: Record<string, own.Matrix>) => expression(ownEngine, p))(ofOwn);
        const wanted = real.valueAndGrad((p: Record<string, real.Tensor>) => expression(realEngine, p))(
          ofReal,
        );
        expectClose(found.value.data, wanted.value.dataSync());
        for (const name of Object.keys(ofOwn))
          expectClose(found.grads[name].data, wanted.grads[name].dataSync());
      }),
    );
  });

  it('has its gradients of gradients', () => {
    fc.assert(
      fc.property(expressions(1, 1, 3), fc.nat(), (expression, seed) => {
        const { ofOwn, ofReal } = parametersOf(seed);
        // Σ of the squares of the gradient by p2x2, differentiated again.
        const found = own.valueAndGrad((p: Record<string, own.Matrix>) => {
          const { grads } = own.valueAndGrad((q: Record<string, own.Matrix>) => expression(ownEngine, q))(p);
          return own.sumTo(own.power(grads['p2x2'], 2), 1, 1);
        })(ofOwn);
        const wanted = real.grad((p: Record<string, real.Tensor>) => {
          const { p2x2 } = real.grad((q: Record<string, real.Tensor>) => expression(realEngine, q))(p);
          return real.sum(real.multiply(p2x2, p2x2));
        })(ofReal);
        for (const name of Object.keys(ofOwn)) expectClose(found.grads[name].data, wanted[name].dataSync());
      }),
      { numRuns: 40 },
    );
  });

  it('gives zeros for a parameter that the loss does not use', () => {
    const { grads } = own.valueAndGrad(({ x }: Record<'x' | 'y', own.Matrix>) => own.sumTo(x, 1, 1))({
      x: own.matrix([[1, 2]]),
      y: own.matrix([[3], [4]]),
    });
    expect([...grads.x.data]).toEqual([1, 1]);
    expect([...grads.y.data]).toEqual([0, 0]);
  });

  it('refuses shapes that do not fit, and a loss of several numbers, and records again afterwards', () => {
    const [a, b] = [own.matrix([[1, 2]]), own.matrix([[1], [2]])];
    expect(() => own.add(a, b)).toThrow('1 × 2 and 2 × 1 differ');
    expect(() => own.matmul(a, a)).toThrow('2 columns meet 1 rows');
    expect(() => own.valueAndGrad(({ a }: { a: own.Matrix }) => own.tanh(a))({ a })).toThrow('single number');
    expect(() => own.valueAndGrad(({ a }: { a: own.Matrix }) => own.add(a, b))({ a })).toThrow('differ');
    const { grads } = own.valueAndGrad(({ a }: { a: own.Matrix }) => own.matmul(a, b))({ a });
    expect([...grads.a.data]).toEqual([1, 2]);
  });

  it('learns a line from points', () => {
    const x = own.generate(20, 1, (i) => i / 10 - 1);
    const t = own.affine(x, 3, -0.5);
    const loss = ({ w, c }: Record<'w' | 'c', own.Matrix>) => {
      const error = own.add(own.add(own.matmul(x, w), own.repeat(c, 20, 1)), own.affine(t, -1));
      return own.affine(own.sumTo(own.power(error, 2), 1, 1), 1 / 20);
    };
    let weights = { w: own.matrix([[0]]), c: own.matrix([[0]]) };
    for (let step = 0; step < 300; step++) {
      const { grads } = own.valueAndGrad(loss)(weights);
      weights = {
        w: own.add(weights.w, own.affine(grads.w, -0.3)),
        c: own.add(weights.c, own.affine(grads.c, -0.3)),
      };
    }
    expect(weights.w.data[0]).toBeCloseTo(3, 6);
    expect(weights.c.data[0]).toBeCloseTo(-0.5, 6);
  });
});

function engineText(): string {
  return readFileSync(new URL('../../docs/course/engine/engine.ts', import.meta.url), 'utf8');
}
