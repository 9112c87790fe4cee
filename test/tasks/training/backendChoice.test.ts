import { describe, expect, test } from 'vitest';
import { InputError, recurrentModel, tensor } from '../../../src/index.ts';
import { largestProduct, readable, startChosen } from '../../../src/tasks/training/backendChoice.ts';
import { waitingBackend } from '../../backends/waitingBackend.ts';

describe('startChosen', () => {
  test.each(['wasm', 'reference'] as const)('starts %s, without a reason', async (name) => {
    const { backend, reason } = await startChosen(name, 1);
    expect([backend.name, reason]).toEqual([name, undefined]);
  });

  test('says why gpu cannot run in Node without the package webgpu', async () => {
    const started = startChosen('gpu', 1);
    await expect(started).rejects.toThrow(InputError);
    await expect(started).rejects.toThrow(
      /^The gpu backend cannot run here\. webgpu: Node has WebGPU only through the package webgpu/,
    );
  });

  test('auto is wasm where there is no GPU, and says why', async () => {
    const { backend, reason } = await startChosen('auto', 1);
    expect(backend.name).toBe('wasm');
    expect(reason).toMatch(/^The gpu backend cannot run here\./);
  });
});

test('the largest product is that of the widest map, for all sequences', () => {
  const model = recurrentModel({ inputSize: 3, layers: [{ hidden: 10 }], outputSize: 2 });
  expect(largestProduct(model, 16)).toBe(16 * 40 * 10);
});

test('parameters that must be waited for are copied to wasm, others stay', async () => {
  const here = tensor([1, 2], [2]);
  const there = tensor([3, 4], [2], { backend: waitingBackend() });
  const found = await readable({ here, there });
  expect(found.here).toBe(here);
  expect(found.there.backend.name).toBe('wasm');
  expect([...found.there.dataSync()]).toEqual([3, 4]);
});
