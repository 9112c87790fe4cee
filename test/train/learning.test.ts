import { describe, expect, it } from 'vitest';
import {
  adam,
  crossEntropy,
  type LayerSpec,
  mean,
  multiply,
  random,
  recurrentModel,
  reshape,
  slice,
  subtract,
  type Tensors,
  tensor,
  trainStep,
} from '../../src/index.ts';

const structures: Record<string, LayerSpec> = {
  dense: { hidden: 16 },
  circulant: { hidden: 16, input: 'circulant', recurrent: 'circulant' },
  'low-rank and shared': { hidden: 16, input: { lowRank: 4 }, recurrent: { sharedLowRank: 8 } },
};

describe('a small model', () => {
  for (const [name, layer] of Object.entries(structures)) {
    it(`(${name}) memorises a sequence that no shorter memory could spell, the same twice`, () => {
      // After each of these letters either follows, so the last letter alone tells nothing: −ln ½ is the best guess.
      const sequence = [0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0];
      const next = [...sequence.slice(1), 1];
      const model = recurrentModel({ inputSize: 2, layers: [layer], outputSize: 2 });
      const x = tensor(
        sequence.flatMap((s) => [1 - s, s]),
        [sequence.length, 1, 2],
      );
      const train = () => {
        const parameters = model.initialise(7);
        const optimizer = adam(parameters);
        const loss = (p: Tensors) => crossEntropy(model.apply(p, x).y, next);
        return Array.from(
          { length: 250 },
          () => trainStep(loss, parameters, optimizer, { learningRate: 0.03, clipNorm: 5 }).loss,
        );
      };
      const losses = train();
      expect(losses[0]).toBeGreaterThan(0.5);
      expect(losses.at(-1)).toBeLessThan(0.05);
      expect(train()).toEqual(losses);
    });
  }

  it('learns the adding problem on sequences that it has not seen', () => {
    // Two of the values are marked; their sum is asked for at the end. Guessing 1 leaves a mean square of 1/6.
    const [time, batch] = [10, 32];
    const draw = (step: number | string) => {
      const stream = random('adding', step);
      const values = new Float32Array(time * batch * 2);
      const sums = new Float32Array(batch);
      for (let b = 0; b < batch; b++) {
        const marked = stream.shuffle(Array.from({ length: time }, (_, t) => t)).slice(0, 2);
        for (let t = 0; t < time; t++) {
          const value = stream.next();
          const isMarked = marked.includes(t);
          values.set([value, isMarked ? 1 : 0], (t * batch + b) * 2);
          if (isMarked) sums[b] += value;
        }
      }
      return { x: tensor(values, [time, batch, 2]), sums: tensor(sums, [batch]) };
    };
    const model = recurrentModel({ inputSize: 2, layers: [{ hidden: 16 }], outputSize: 1 });
    const lossOn =
      ({ x, sums }: ReturnType<typeof draw>) =>
      (p: Tensors) => {
        const last = reshape(slice(model.apply(p, x).y, [time - 1], [1]), [batch]);
        const error = subtract(last, sums);
        return mean(multiply(error, error));
      };
    const parameters = model.initialise(1);
    const optimizer = adam(parameters);
    const losses: number[] = [];
    for (let step = 0; step < 600; step++) {
      losses.push(
        trainStep(lossOn(draw(step)), parameters, optimizer, { learningRate: 0.02, clipNorm: 1 }).loss,
      );
    }
    expect(losses[0]).toBeGreaterThan(0.15);
    const unseen = Array.from({ length: 10 }, (_, i) => lossOn(draw(`unseen ${i}`))(parameters).item());
    expect(unseen.reduce((a, b) => a + b) / 10).toBeLessThan(0.03);
  });
});
