import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { killOnce } from '../../reliability/kills.ts';

const program = fileURLToPath(new URL('../../dist/reliability/killedTraining.js', import.meta.url));

// `npm test` builds dist/ first; a bare `vitest run` may be without it.
describe.runIf(existsSync(program))('a training that is killed', () => {
  test('leaves checkpoints that are whole, and goes on', async () => {
    const { kills, lost, continued } = await killOnce(4);
    expect({ kills, lost }).toEqual({ kills: 4, lost: 0 });
    expect(continued).toBeGreaterThan(0);
  });
});
