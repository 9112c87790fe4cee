import { describe, expect, it } from 'vitest';
import {
  adam,
  backend,
  crossEntropy,
  recurrentModel,
  scope,
  tensor,
  trainStep,
  useBackend,
} from '../../src/index.ts';
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from '../../src/io/safetensors.ts';

const [T, B, INPUT, CLASSES] = [6, 4, 5, 3];
const x = Float32Array.from({ length: T * B * INPUT }, (_, i) => Math.sin(i * i));
const classes = Array.from({ length: T * B }, (_, row) => (x[row * INPUT]! > 0 ? 2 : row % 2));

/** Losses of the first `steps` updates of a compact model. */
function train(on: 'wasm' | 'reference', steps: number): number[] {
  useBackend(on);
  const model = recurrentModel({
    inputSize: INPUT,
    layers: [
      { hidden: 16, input: { toeplitzLike: 2 }, recurrent: { sharedLowRank: 6 } },
      { hidden: 12, cell: 'gru', recurrent: { sharedLowRank: 4 } },
    ],
    outputSize: CLASSES,
  });
  const parameters = model.initialise(7);
  const optimizer = adam(parameters);
  const inputs = tensor(x, [T, B, INPUT]);
  return Array.from(
    { length: steps },
    () =>
      trainStep((p) => crossEntropy(model.apply(p, inputs).y, classes), parameters, optimizer, {
        learningRate: 0.01,
      }).loss,
  );
}

describe('in a page', () => {
  it('runs in a browser, not in Node', () => {
    expect(navigator.userAgent).toMatch(/Chrom/);
    expect(globalThis).not.toHaveProperty('process.versions.node');
  });

  it('has the wasm backend as the default', () => {
    expect(backend('wasm').description).toMatch(/^wasm \(SIMD/);
  });

  it('trains a compact model on the wasm backend as on the reference', () => {
    const [ours, expected] = [train('wasm', 60), train('reference', 60)];
    expect(ours.at(-1)).toBeLessThan(0.5 * ours[0]!);
    ours.forEach((loss, step) => {
      expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-3 * expected[0]!);
    });
  });

  it('reads results back without and with waiting', async () => {
    useBackend('wasm');
    const y = scope(() => tensor([1, -2, 3], [3]));
    expect(await y.data()).toEqual(y.dataSync());
  });

  it('reads weights from a file, and says what is wrong with a damaged one', () => {
    const data = Float32Array.of(1, -2);
    const bytes = encodeSafetensors({ é: { dtype: 'F32', shape: [2], data } });
    expect(decodeSafetensors(bytes, 'weights').tensors['é']!.data).toEqual(data);
    // A comma in place of the colon after the name, which takes two bytes.
    bytes[bytes.indexOf(0x3a)] = 0x2c;
    expect(() => decodeSafetensors(bytes, 'weights')).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(bytes, 'weights')).toThrow(/^weights, byte 13: in the header, /);
  });
});
