import type { RunJob, RunOutcome } from '../tasks/speech/experiments/executeRun.ts';
import { inThread } from './modelThread.ts';
import type { TrainingHooks } from './services.ts';

const script = new URL('./reproduceWorker.js', import.meta.url);

/**
 * Makes one run of an experiment in a thread of its own.
 *
 * @throws what the run throws, InputError as such
 */
export function executeInThread(job: RunJob, hooks: TrainingHooks): Promise<RunOutcome> {
  return inThread(script, job, `run ${job.id}`, hooks);
}
