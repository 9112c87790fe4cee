import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../errors.ts';
import { writeJson, writeText } from '../../io/textFile.ts';
import { experimentOf } from '../../tasks/comparisons/index.ts';
import type { Experiment } from '../../tasks/experiments/experiment.ts';
import type { Plan } from '../../tasks/experiments/plan.ts';
import { isFinished, type PlannedRun, STAGES } from '../../tasks/experiments/plannedRun.ts';
import { gatherResults } from '../../tasks/experiments/results.ts';
import { resultsJson } from '../../tasks/experiments/resultsJson.ts';
import { unlessAborted } from '../concurrency.ts';
import { type Context, cacheFolder, exit } from '../context.ts';
import { fromPackage } from '../package.ts';
import { createProgress } from '../progress.ts';
import { makeFolder, shownPath } from '../runFolder.ts';
import { resultsChart } from './chart.ts';
import { chartFile, resultsPage, resultsTable } from './page.ts';
import { planTable } from './plan.ts';
import { PlanProgress } from './progress.ts';
import { makeRuns, type Records, readPlan } from './runner.ts';

export interface ReproduceOptions {
  readonly name: string;
  /** Stages, models or corpora; all without it. */
  readonly only?: readonly string[];
  readonly seeds?: number;
  readonly jobs?: number;
  /** Folder of the results. */
  readonly out: string;
  readonly dryRun?: boolean;
}

/**
 * Makes the runs of an experiment that are not finished yet, and writes its results after each.
 *
 * @returns the exit status
 * @throws InputError where the experiment, a stage, a model or a corpus is not known, and as the runs do
 */
export function reproduce(options: ReproduceOptions, context: Context): Promise<number> {
  return reproduceExperiment(experimentOf(options.name), options, context);
}

/** What `reproduce` does for the experiment of its name. */
export async function reproduceExperiment(
  experiment: Experiment,
  options: ReproduceOptions,
  context: Context,
): Promise<number> {
  const { signal, stdout } = context;
  context.takeInterruptions();
  const wanted = filterOf(experiment, options.only ?? []);
  const folder = resolve(context.folder, 'runs', 'reproduce', experiment.name);
  const records: Records = new Map();
  const recordOf = (id: string) => records.get(id);
  const jobs = options.jobs ?? availableParallelism();
  const plan = await readPlan(experiment, folder, records, options.seeds);
  if (options.dryRun) {
    stdout.write(planTable(plan, wanted, (run) => isFinished(run, recordOf), jobs));
    return exit.ok;
  }
  const out = resolve(context.folder, options.out);
  const commit = await commitOf(dirname(fromPackage('package.json')));
  const origin = { command: context.commandLine, commit, node: process.version };
  const write = async (current: Plan) => {
    const results = gatherResults(experiment, current, recordOf, origin);
    await makeFolder(out, true);
    await writeJson(join(out, `${experiment.name}.json`), resultsJson(results));
    for (const part of results.parts) {
      const { corpus } = part.comparison.task;
      const title = results.parts.length === 1 ? experiment.name : `${experiment.name}, ${corpus}`;
      await writeText(join(out, chartFile(results, part)), resultsChart(title, part));
    }
    await writeText(join(out, `${experiment.name}.md`), resultsPage(results));
    return results;
  };

  const toMake = plan.runs.filter((run) => wanted(run) && !isFinished(run, recordOf));
  if (!(await prepare(toMake, context))) {
    stdout.write('Stopped; nothing was run.\n');
    return exit.interrupted;
  }
  const progress = new PlanProgress(stdout);
  const onInterrupt = () =>
    progress.say('Stopping: checkpoints are being saved. Interrupt again to exit at once.');
  signal.addEventListener('abort', onInterrupt);
  let completed: boolean;
  try {
    completed = await makeRuns({
      experiment,
      folder,
      cacheFolder: resolve(context.folder, cacheFolder),
      records,
      seeds: options.seeds,
      jobs,
      wanted,
      commit,
      services: context.services,
      signal,
      progress,
      onFinished: async (current) => void (await write(current)),
    });
  } finally {
    progress.stop();
    signal.removeEventListener('abort', onInterrupt);
  }
  if (!completed) {
    stdout.write(`Stopped; to go on: ${context.commandLine}\n`);
    return exit.interrupted;
  }
  const results = await write(await readPlan(experiment, folder, records, options.seeds));
  const page = shownPath(join(out, `${experiment.name}.md`), context.folder);
  stdout.write(`\n${resultsTable(results)}\nResults: ${page}\n`);
  return exit.ok;
}

/** Makes the data of the wanted runs before the threads ask for it, and says whether that came to the end. */
async function prepare(runs: readonly PlannedRun[], context: Context): Promise<boolean> {
  const progress = createProgress(context.stdout);
  try {
    for (const task of new Set(runs.map(({ comparison }) => comparison.task))) {
      const prepared = task
        .prepare({ cacheFolder: resolve(context.folder, cacheFolder), onProgress: progress.work })
        .then(() => true);
      if ((await unlessAborted(prepared, context.signal)) === undefined) return false;
    }
    return true;
  } finally {
    progress.stop();
  }
}

/** Whether a run is of the named stages, models and corpora; where none of a kind is named, of any. */
function filterOf({ name, comparisons }: Experiment, only: readonly string[]): (run: PlannedRun) => boolean {
  const stages: readonly string[] = STAGES;
  const models = [
    ...new Set(comparisons.flatMap((comparison) => comparison.models.map((model) => model.name))),
  ];
  const corpora = comparisons.map(({ task }) => task.corpus);
  for (const named of only) {
    if ([stages, models, corpora].some((names) => names.includes(named))) continue;
    throw new InputError(
      `--only is ${named}; expected a stage, ${stages.join(', ')}, a model of ${name}, ${models.join(', ')}, or a corpus of it, ${corpora.join(', ')}`,
    );
  }
  const among = (names: readonly string[], found: readonly string[]) =>
    !names.some((one) => only.includes(one)) || found.some((one) => only.includes(one));
  return (run) =>
    among(stages, run.stages) &&
    among(models, [run.model.name]) &&
    among(corpora, [run.comparison.task.corpus]);
}

/** The commit that this program is, with "-dirty" after it where files were changed since; null where nobody knows. */
async function commitOf(folder: string): Promise<string | null> {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
    const { stdout } = await promisify(execFile)('git', args, { cwd: folder });
    return stdout.trim();
  } catch {
    return null;
  }
}
