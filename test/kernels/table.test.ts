import binaryen from 'assemblyscript/binaryen';
import { expect, test } from 'vitest';
import { moduleBytes } from '../../src/backends/wasm/moduleBytes.ts';
import { builds, kernelNames, reference } from './module.ts';

const byName = builds.map((build) => [build.name, build.exports] as const);

test.each(byName)(
  'the %s build has every kernel of the reference table and no other function',
  (_, exports) => {
    const functions = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
    expect(functions.sort()).toEqual([...kernelNames].sort());
  },
);

test.each(byName)('the kernels of the %s build take as many arguments as the reference', (_, exports) => {
  for (const name of kernelNames) {
    expect([name, (exports[name] as CallableFunction).length]).toEqual([name, reference[name].length]);
  }
});

test.each(byName)('the %s build says from where on the host may allocate', (_, exports) => {
  const heapBase = (exports['heapBase'] as WebAssembly.Global).value as number;
  expect(heapBase).toBeLessThan(2 ** 20);
  expect(heapBase % 64).toBe(0);
});

test.each(['base', 'relaxed'] as const)(
  'the %s build is a valid module, whether or not this engine runs it',
  (build) => {
    const module = binaryen.readBinary(moduleBytes(build));
    module.setFeatures(binaryen.Features.All);
    expect(module.validate()).toBe(1);
    // What stands for multiply-adds in the text is of no use by itself.
    expect(module.emitText()).not.toMatch(/relaxed_(min|max)/);
  },
);
