import { add, multiply, sigmoid, sum, tanh, tensor, valueAndGrad } from '../../src/index.ts';
import type { Bench } from '../bench.ts';
import { timed } from '../timing.ts';

const layers = 100;

/** What an op costs beside its arithmetic: a chain of small ones, each written as a user would, forward and backward. */
export async function benchGeneral({ say, figure }: Bench): Promise<void> {
  const four = (value: number) => tensor([value, value, value, value]);
  const parameters = { w: four(0.1), scale: four(0.2) };
  const x = four(0.3);
  const both = valueAndGrad<typeof parameters, []>(({ w, scale }) => {
    let y = w;
    for (let i = 0; i < layers; i++) y = sigmoid(tanh(add(multiply(y, scale), x)));
    return sum(y);
  });
  // JavaScript, unlike kernels, is compiled again and again while it runs, and leaves garbage.
  const { median, best } = timed(() => both(parameters), { warmUp: 1500, round: 20 });
  const [middle, least] = [median, best].map((time) => (1000 * time) / (4 * layers + 1));
  say(`\nan op of four numbers, forward and backward: ${middle.toFixed(2)} µs (best ${least.toFixed(2)})`);
  figure({ name: 'an op, forward and backward', value: middle, unit: 'µs' });
}
