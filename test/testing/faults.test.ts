import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/* `npm run mutate` takes too long to run with every test: that its faults can still be planted is told here. */

interface Fault {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly test: string;
}
const { faults } = (await import('../../scripts/mutations/faults.mjs' as string)) as {
  faults: Record<string, readonly Fault[]>;
};
const root = new URL('../../', import.meta.url);

test('every fault has its place in the sources, and a test', () => {
  const all = Object.values(faults).flat();
  expect(all.length).toBeGreaterThanOrEqual(60);
  for (const { file, find, replace, test: path } of all) {
    expect(readFileSync(new URL(file, root), 'utf8'), file).toContain(find);
    expect(replace).not.toBe(find);
    expect(existsSync(new URL(path, root)), path).toBe(true);
  }
});
