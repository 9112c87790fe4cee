import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../errors.ts';
import { parseJson, readText, writeJson } from '../../io/textFile.ts';
import type { Experiment } from '../../tasks/experiments/experiment.ts';
import { measured } from '../../tasks/experiments/measure.ts';
import { type Plan, planRuns } from '../../tasks/experiments/plan.ts';
import { isFinished, type PlannedRun } from '../../tasks/experiments/plannedRun.ts';
import { parseRunRecord, type RunRecord } from '../../tasks/experiments/runRecord.ts';
import type { Task } from '../../tasks/experiments/task.ts';
import { hasCheckpoint, makeFolder, metricsFile } from '../runFolder.ts';
import type { Services } from '../services.ts';
import type { PlanProgress } from './progress.ts';
import { labelled } from './units.ts';

const longestRecord = 100_000_000;

/** What has been run of an experiment, by run. */
export type Records = Map<string, RunRecord>;

/**
 * The plan of an experiment after what its folder holds, and the records of the planned runs there.
 *
 * @throws InputError where a record is damaged
 */
export async function readPlan(
  experiment: Experiment,
  folder: string,
  records: Records,
  seeds: number | undefined,
): Promise<Plan> {
  for (;;) {
    const plan = planRuns(experiment, (id) => records.get(id), { seeds });
    const before = records.size;
    for (const { id, comparison } of plan.runs) {
      const file = metricsFile(join(folder, id));
      if (records.has(id) || !existsSync(file)) continue;
      const value = parseJson(await readText(file, longestRecord), file);
      records.set(id, parseRunRecord(value, id, comparison.task.measures, file));
    }
    // Results may decide what else must be run.
    if (records.size === before) return plan;
  }
}

export interface RunnerRequest {
  readonly experiment: Experiment;
  /** Of the experiment's runs. */
  readonly folder: string;
  readonly cacheFolder: string;
  readonly records: Records;
  readonly seeds: number | undefined;
  readonly jobs: number;
  /** Which runs to make; all others are left. */
  readonly wanted: (run: PlannedRun) => boolean;
  readonly commit: string | null;
  readonly services: Pick<Services, 'executeRun'>;
  readonly signal: AbortSignal;
  readonly progress: PlanProgress;
  /** Told the plan after every finished run. */
  readonly onFinished: (plan: Plan) => Promise<void>;
}

/**
 * Makes the wanted runs of an experiment, several at once, each as soon as what it waits for is decided. What is finished
 * is never made again, and what was interrupted goes on from its checkpoint.
 *
 * @returns whether it came to the end; false after an interruption
 * @throws the first error of a run, after the others have saved what they have
 */
export async function makeRuns(request: RunnerRequest): Promise<boolean> {
  const { records, wanted, jobs, progress } = request;
  const failure = new AbortController();
  const signal = AbortSignal.any([request.signal, failure.signal]);
  const running = new Map<string, Promise<void>>();
  const errors: unknown[] = [];
  let interrupted = false;
  const recordOf = (id: string) => records.get(id);

  const make = async (run: PlannedRun): Promise<void> => {
    const { id, comparison, config, fold, from, sets } = run;
    const { task } = comparison;
    const folder = join(request.folder, id);
    await makeFolder(folder, true);
    progress.begin(id, run.seconds);
    const { completed, record } = await request.services.executeRun(
      {
        task: task.name,
        id,
        config,
        fold,
        from: from === undefined ? undefined : join(request.folder, from),
        sets,
        folder,
        resume: hasCheckpoint(folder),
        cacheFolder: request.cacheFolder,
        commit: request.commit,
      },
      { signal, onEvent: (event) => progress.work(id, event) },
    );
    if (!completed || record === undefined) {
      interrupted = true;
      return progress.end(id, 'stopped, its checkpoint is saved');
    }
    await writeJson(metricsFile(folder), record);
    records.set(id, record);
    progress.end(id, outcome(record, task));
    await request.onFinished(await tellPlan());
  };
  const tellPlan = async (): Promise<Plan> => {
    const plan = await readPlan(request.experiment, request.folder, records, request.seeds);
    const ours = plan.runs.filter(wanted);
    const [finished, open] = [true, false].map((is) =>
      ours.filter((run) => isFinished(run, recordOf) === is),
    );
    const seconds = (runs: readonly PlannedRun[]) => runs.reduce((sum, run) => sum + run.seconds, 0);
    progress.plan({
      runs: ours.length,
      finished: finished!.length,
      secondsFinished: seconds(finished!),
      secondsToCome: seconds(open!),
    });
    return plan;
  };

  for (;;) {
    const plan = await tellPlan();
    const open = plan.runs.filter((run) => wanted(run) && !isFinished(run, recordOf) && !running.has(run.id));
    const ready = open.filter((run) => run.waitsFor === undefined);
    for (const run of ready.slice(0, signal.aborted ? 0 : jobs - running.size)) {
      const made = make(run)
        .catch((error) => {
          failure.abort();
          errors.push(
            error instanceof InputError ? new InputError(`run ${run.id}: ${error.message}`) : error,
          );
        })
        .finally(() => running.delete(run.id));
      running.set(run.id, made);
    }
    if (running.size > 0) {
      await Promise.race(running.values());
      continue;
    }
    if (errors.length > 0) throw errors[0];
    if (interrupted || signal.aborted) return false;
    if (open.length > 0) {
      throw new InputError(
        `${open.length} of the wanted runs wait for ${open[0]!.waitsFor}, which other runs decide; run those first`,
      );
    }
    return true;
  }
}

function outcome({ sets, seconds, diverged }: RunRecord, { measures }: Task): string {
  if (diverged !== undefined) return `diverged: ${diverged}`;
  const found = Object.entries(sets).map(([set, scores]) => {
    const values = measures.map((measure) => labelled(measured(scores, measure), measure));
    return `${set} ${values.join(', ')}`;
  });
  return `${found.join('; ')}; ${seconds.toFixed(0)} s of training`;
}
