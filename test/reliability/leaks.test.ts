import { expect, test } from 'vitest';
import { measureLeak } from '../../reliability/leaks.ts';

test('memory stays where it was over many small updates', async () => {
  const { samples, bytesPerStep } = await measureLeak(6000);
  expect(samples).toHaveLength(20);
  // A forgotten tensor of the smallest kind takes hundreds of bytes an update.
  expect(bytesPerStep).toBeLessThan(150);
});
