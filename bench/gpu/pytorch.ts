import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contender } from '../peers/contender.ts';
import { writeJob } from '../peers/job.ts';
import type { PyTorchFigures } from './figures.ts';
import { trainings } from './workloads.ts';

/**
 * Times PyTorch's own steps of the dense trainings on a device of this machine, with one thread of its processor; the wide
 * one on the GPU alone, since the search for PyTorch's fastest form takes a processor half an hour.
 */
export async function timePyTorch(
  script: string,
  device: 'cpu' | 'cuda',
  say: (line: string) => void,
): Promise<PyTorchFigures[]> {
  const figures: PyTorchFigures[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'compact-rnn-'));
  const timed = trainings.filter(
    (one) => one.variant === 'dense' && (device === 'cuda' || one.workload.name !== 'wide'),
  );
  for (const { workload, variant } of timed) {
    const contender = new Contender({
      name: 'PyTorch',
      command: 'python3',
      args: [script],
      env: { COMPACT_RNN_DEVICE: device },
    });
    try {
      const { form } = await contender.prepare(writeJob(folder, workload, variant));
      const { wall } = await contender.time(21);
      const ms = [...wall].sort((a, b) => a - b)[wall.length >> 1];
      figures.push({ workload: workload.name, device, ms, form });
      say(`PyTorch ${JSON.stringify(figures.at(-1))}`);
    } catch (error) {
      say(`PyTorch on ${device}, ${workload.name}: ${error instanceof Error ? error.message : error}`);
    } finally {
      contender.close();
    }
  }
  return figures;
}
