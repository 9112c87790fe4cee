import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  type BackendName,
  backend,
  divide,
  type LayerState,
  log,
  multiply,
  recurrentModel,
  reshape,
  type StepOptions,
  scope,
  sgd,
  sqrt,
  subtract,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  trainStep,
  zeros,
} from '../../src/index.ts';

for (const name of ['wasm', 'reference'] satisfies BackendName[]) {
  describe(`trainStep on ${name}`, () => {
    const home = backend(name);
    const make = (...values: number[]): Tensor => {
      const x = tensor(values, [values.length], { backend: home });
      x.storage.persist();
      return x;
    };
    const half = ({ x }: Tensors) => multiply(0.5, sum(multiply(x, x)));

    it('makes one update, and tells loss and norm of before', () => {
      const parameters = { x: make(3, 4) };
      const result = trainStep(half, parameters, sgd(parameters), { learningRate: 0.5 });
      expect(result).toEqual({ loss: 12.5, norm: 5, applied: true });
      expect(Array.from(parameters.x.dataSync())).toEqual([1.5, 2]);
    });

    it('keeps what the loss function asks it to, for the next step and longer', () => {
      const model = recurrentModel({ inputSize: 2, layers: [{ hidden: 3 }, { hidden: 2 }], outputSize: 1 });
      const parameters = model.initialise(1, { backend: home });
      const optimizer = sgd(parameters);
      let state: readonly LayerState[] | undefined;
      for (let t = 0; t < 3; t++) {
        const x = reshape(make(t, 1, 1, t), [2, 1, 2]);
        const before = state;
        const wanted = scope(() => model.apply(parameters, x, { state: before }).state);
        const { kept, applied } = trainStep(
          (p) => {
            const out = model.apply(p, x, { state: before });
            return { loss: half({ x: out.y }), kept: out.state };
          },
          parameters,
          optimizer,
          { learningRate: 0.1 },
        );
        expect(applied).toBe(true);
        const numbers = (states: readonly LayerState[]) =>
          states.map((own) => Object.values(own).map((value) => [...value.dataSync()]));
        expect(numbers(kept)).toEqual(numbers(wanted));
        state = kept;
      }
    });

    it('refuses options that it does not know', () => {
      const parameters = { x: make(3, 4) };
      const step = (options: object) => () =>
        trainStep(half, parameters, sgd(parameters), options as StepOptions);
      expect(step({ learningRate: 0.1, clipnorm: 1 })).toThrow(/^trainStep: clipnorm is not an option/);
      expect(step({})).toThrow(/learningRate is undefined/);
      expect(() => trainStep(half, parameters, sgd(parameters), undefined as never)).toThrow(
        /^trainStep: options are undefined/,
      );
      expect(Array.from(parameters.x.dataSync())).toEqual([3, 4]);
    });

    it('clips, and tells the norm of before', () => {
      const parameters = { x: make(3, 4) };
      const result = trainStep(half, parameters, sgd(parameters), { learningRate: 1, clipNorm: 2.5 });
      expect(result).toEqual({ loss: 12.5, norm: 5, applied: true });
      expect(Array.from(parameters.x.dataSync())).toEqual([1.5, 2]);
    });

    it('reduces a small loss at every step', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 5 }), (values) => {
          fc.pre(values.some((value) => value !== 0));
          const parameters = { x: make(...values) };
          const optimizer = sgd(parameters);
          let before = Infinity;
          for (let i = 0; i < 5; i++) {
            const { loss } = trainStep(half, parameters, optimizer, { learningRate: 0.3 });
            expect(loss).toBeLessThan(before);
            before = loss;
          }
        }),
        { numRuns: 50 },
      );
    });

    it('leaves parameters and optimizer untouched when the loss or its gradient is not finite', () => {
      const bad: Record<string, (p: Tensors) => Tensor> = {
        'NaN loss': ({ x }) => sum(log(x)),
        'infinite loss': ({ x }) => sum(divide(x, subtract(x, x))),
        'infinite gradient of a finite loss': ({ x }) => sum(sqrt(multiply(x, 0))),
      };
      for (const [what, loss] of Object.entries(bad)) {
        const parameters = { x: make(-1, 2) };
        const optimizer = adam(parameters);
        trainStep(half, parameters, optimizer, { learningRate: 0.1 });
        const before = [parameters.x, ...Object.values(optimizer.state.tensors)].map((t) => t.dataSync());
        const version = parameters.x.storage.version;
        for (const clipNorm of [undefined, 1]) {
          const result = trainStep(loss, parameters, optimizer, { learningRate: 0.1, clipNorm });
          expect(result.applied, what).toBe(false);
          expect(Number.isFinite(result.loss) && Number.isFinite(result.norm)).toBe(false);
        }
        expect([parameters.x, ...Object.values(optimizer.state.tensors)].map((t) => t.dataSync())).toEqual(
          before,
        );
        expect([optimizer.state.step, parameters.x.storage.version]).toEqual([1, version]);
        // It goes on as if nothing had been.
        expect(trainStep(half, parameters, optimizer, { learningRate: 0.1 }).applied).toBe(true);
        expect(optimizer.state.step).toBe(2);
      }
    });

    it('trains parameters that were never persisted', () => {
      const parameters = { x: tensor([3, 4], [2], { backend: home }) };
      trainStep(half, parameters, sgd(parameters), { learningRate: 0.5 });
      expect(Array.from(parameters.x.dataSync())).toEqual([1.5, 2]);
    });
  });
}

describe('the memory of training', () => {
  it('does not grow over 1000 steps of an LSTM', () => {
    const home = backend('wasm');
    const { memory } = home.kernels as unknown as { memory: WebAssembly.Memory };
    const model = recurrentModel({ inputSize: 2, layers: [{ hidden: 4 }], outputSize: 2 });
    const parameters = model.initialise(1);
    const optimizer = adam(parameters);
    const x = zeros([3, 2, 2]);
    const loss = (p: Tensors) => sum(model.apply(p, x).y);
    const step = () => trainStep(loss, parameters, optimizer, { learningRate: 1e-4, clipNorm: 1 });
    step();
    const [mark, size] = [home.mark(), memory.buffer.byteLength];
    for (let i = 0; i < 1000; i++) step();
    expect(home.mark()).toBe(mark);
    expect(memory.buffer.byteLength).toBe(size);
    expect(optimizer.state.step).toBe(1001);
  });
});
