import { expect, it } from 'vitest';
import { crossing } from '../../src/backends/auto.ts';
import { Slot } from '../../src/backends/gpu/slot.ts';
import { Texture } from '../../src/backends/gpu/texture.ts';
import { backend, chooseBackend, startBackend } from '../../src/index.ts';

/* What does not need a GPU. */

it('is not there until it was started', () => {
  expect(() => backend('gpu')).toThrow(/await startBackend\('gpu'\) first/);
});

it('says for each mode why it does not run here, and puts nothing in its place', async () => {
  await expect(startBackend('gpu')).rejects.toThrow(
    /^The gpu backend cannot run here\. webgpu: Node has WebGPU only through the package webgpu.* webgl2: ./,
  );
  expect(() => backend('gpu')).toThrow(/has not been started/);
  const { backend: chosen, reason, calibration } = await chooseBackend({ macs: 1e12 });
  expect(chosen.name).toBe('wasm');
  expect(calibration).toBeNull();
  expect(reason).toMatch(/^The gpu backend cannot run here/);
});

it('takes the GPU from the size on above which it won every time', () => {
  const timed = (gpu: number[]) => gpu.map((own, i) => ({ macs: 10 ** i, cpu: 1, gpu: own }));
  expect(crossing(timed([2, 2, 0.5, 0.1]))).toBe(100);
  expect(crossing(timed([0.5, 2, 0.5]))).toBe(100);
  expect(crossing(timed([0.5, 0.5, 0.5]))).toBe(1);
  expect(crossing(timed([0.5, 0.5, 2]))).toBe(Infinity);
});

it('a slot is made of what was written last, and lets go of what was written over', async () => {
  const deleted: string[] = [];
  const texture = (name: string) => {
    const made = new Texture(1, 10, async () => ({ toArray: () => name, delete: () => deleted.push(name) }));
    void made.ready();
    return made;
  };
  const [a, b, c] = ['a', 'b', 'c'].map(texture);
  const slot = new Slot(10);
  slot.write(0, 10, a, 0);
  slot.write(4, 6, b, 3);
  expect(slot.covering(0, 4)).toMatchObject({ texture: a, at: 0 });
  expect(slot.covering(4, 6)).toMatchObject({ texture: b, at: 3 });
  expect(slot.covering(6, 10)).toMatchObject({ texture: a, at: 6 });
  expect(slot.covering(3, 5)).toBeNull();
  a.release();
  b.release();
  slot.write(4, 7, c, 0);
  await new Promise((resolve) => setTimeout(resolve));
  expect(deleted).toEqual(['b']);
  slot.write(0, 4, c, 0);
  slot.write(7, 10, c, 0);
  await new Promise((resolve) => setTimeout(resolve));
  expect(deleted).toEqual(['b', 'a']);
  slot.clear();
  c.release();
  await new Promise((resolve) => setTimeout(resolve));
  expect(deleted).toEqual(['b', 'a', 'c']);
});
