import type { RunHooks, RunJob, RunOutcome } from '../../tasks/experiments/run.ts';
import { inThread } from '../modelThread.ts';

const script = new URL('./reproduceWorker.js', import.meta.url);

/**
 * Makes one run of an experiment in a thread of its own.
 *
 * @throws what the run throws, InputError as such
 */
export function executeInThread(job: RunJob, hooks: RunHooks): Promise<RunOutcome> {
  return inThread(script, job, `run ${job.id}`, hooks);
}
