import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../errors.ts';
import { writeJson, writeText } from '../io/textFile.ts';
import type { Experiment } from '../tasks/speech/experiments/experiment.ts';
import { experimentOf } from '../tasks/speech/experiments/index.ts';
import { isFinished, mapsOf, type Plan, type PlannedRun, STAGES } from '../tasks/speech/experiments/plan.ts';
import { gatherResults } from '../tasks/speech/experiments/results.ts';
import { unlessAborted } from './concurrency.ts';
import { type Context, cacheFolder, exit } from './context.ts';
import { count, decimal, textTable } from './format.ts';
import { fromPackage } from './package.ts';
import { createProgress } from './progress.ts';
import { resultsChart, resultsPage, resultsTable } from './reproducePage.ts';
import { PlanProgress } from './reproduceProgress.ts';
import { makeRuns, type Records, readPlan } from './reproduceRunner.ts';
import { makeFolder, shownPath } from './runFolder.ts';

export interface ReproduceOptions {
  readonly name: string;
  /** Stages or models; all without it. */
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
 * @throws InputError where the experiment, a stage or a model is not known, and as the runs do
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
    await writeJson(join(out, `${experiment.name}.json`), results);
    await writeText(join(out, `${experiment.name}.svg`), resultsChart(results));
    await writeText(join(out, `${experiment.name}.md`), resultsPage(results));
    return results;
  };

  if (!(await prepare(experiment, context))) {
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

/** Makes the corpus before the threads ask for it, and says whether it came to the end. */
async function prepare(experiment: Experiment, context: Context): Promise<boolean> {
  const progress = createProgress(context.stdout);
  try {
    const corpus = await unlessAborted(
      context.services.loadCorpus(experiment.corpus, {
        cacheFolder: resolve(context.folder, cacheFolder),
        seed: experiment.corpusSeed,
        onProgress: progress.work,
      }),
      context.signal,
    );
    if (corpus !== undefined && corpus.bands !== experiment.bands) {
      throw new InputError(
        `corpus ${corpus.name} has ${corpus.bands} bands; expected the ${experiment.bands} that models are sized for`,
      );
    }
    return corpus !== undefined;
  } finally {
    progress.stop();
  }
}

/** Whether a run is of the named stages and models; of either, where none of its kind is named, all. */
function filterOf(experiment: Experiment, only: readonly string[]): (run: PlannedRun) => boolean {
  const stages: readonly string[] = STAGES;
  const models = experiment.models.map(({ name }) => name);
  for (const name of only) {
    if (stages.includes(name) || models.includes(name)) continue;
    throw new InputError(
      `--only is ${name}; expected a stage, ${stages.join(', ')}, or a model of ${experiment.name}: ${models.join(', ')}`,
    );
  }
  const among = (names: readonly string[], found: readonly string[]) =>
    !names.some((name) => only.includes(name)) || found.some((name) => only.includes(name));
  return (run) => among(stages, run.stages) && among(models, [run.model]);
}

function planTable(
  plan: Plan,
  wanted: (run: PlannedRun) => boolean,
  finished: (run: PlannedRun) => boolean,
  jobs: number,
): string {
  const runs = plan.runs.filter(wanted);
  const rows = runs.map((run) => [
    run.stages[0]!,
    run.model,
    mapsOf(run),
    String(run.config.training.learningRate),
    run.fold === undefined
      ? String(run.config.seed)
      : `${run.config.seed}, part ${run.fold.index + 1}/${run.fold.of}`,
    decimal(run.seconds / 60, 1),
    finished(run) ? 'finished' : run.waitsFor === undefined ? 'to run' : `waits for ${run.waitsFor}`,
  ]);
  const head = ['stage', 'model', 'layers', 'rate', 'seed', 'minutes', ''];
  const minutes = (some: readonly PlannedRun[]) => some.reduce((sum, run) => sum + run.seconds, 0) / 60;
  const open = runs.filter((run) => !finished(run));
  const sizes = plan.models.map(({ name, summary }) => [
    name,
    count(summary.lstmParameters),
    count(summary.parameters),
    count(summary.macs),
  ]);
  return [
    textTable([['model', 'LSTM parameters', 'parameters', 'MACs a frame'], ...sizes]),
    '\n',
    textTable([head, ...rows], [0, 1, 2, 6]),
    `\n${count(runs.length)} runs, about ${count(minutes(runs))} minutes of one core; ${count(open.length)} left, `,
    `about ${count(minutes(open))} minutes, ${count(minutes(open) / jobs)} with ${jobs} at once.\n`,
    plan.width.decided
      ? ''
      : 'The width of the dense baseline is not decided yet: a wider one has more to run, and longer runs.\n',
  ].join('');
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
