import { expect, test } from 'vitest';
import { builds, kernelNames } from './module.ts';

test.each(builds.map((build) => [build.name, build] as const))(
  'the %s build has every kernel of the reference table and no other function',
  (_name, { exports }) => {
    const functions = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
    expect(functions.sort()).toEqual([...kernelNames].sort());
  },
);

test.each(builds.map((build) => [build.name, build] as const))(
  'the %s build takes as many arguments as the reference',
  async (_name, { exports }) => {
    const reference = (await import('../../kernels/reference.ts')) as unknown as Record<string, { length: number }>;
    for (const name of kernelNames) expect([name, (exports[name] as { length: number } & object).length]).toEqual([name, reference[name].length]);
  },
);

test.each(builds.map((build) => [build.name, build] as const))('the %s build says where the host may allocate', (_name, { exports }) => {
  const heapBase = (exports['heapBase'] as WebAssembly.Global).value as number;
  expect(heapBase % 64 === 0 && heapBase < 2 ** 20).toBe(true);
});
