import type { Choice } from './choices.ts';
import type { Measure } from './measure.ts';
import type { ClaimResult, ComparisonResults, ExperimentResults, ModelResult } from './results.ts';
import type { Difference } from './seedBootstrap.ts';

/**
 * `docs/results/NAME.json`: what the results hold, under the names of the task's measures. A speech model's row has
 * `wer`, `werPerSeed`, `werInterval`, `developmentWer` and `trainWer`, a claim about it `moreWer`; shares are fractions,
 * and values averages over seeds. Where there are several corpora, what belongs to one of them names it, and `width`,
 * `searchLength` and `settings` are by corpus.
 */
export function resultsJson(results: ExperimentResults): object {
  const { parts } = results;
  const byCorpus = (of: (part: ComparisonResults) => unknown): unknown =>
    parts.length === 1
      ? of(parts[0]!)
      : Object.fromEntries(parts.map((part) => [part.comparison.task.corpus, of(part)]));
  const rows = <Row extends object>(of: (part: ComparisonResults) => readonly Row[]) =>
    parts.flatMap((part) =>
      of(part).map((row) => (parts.length === 1 ? row : { corpus: part.comparison.task.corpus, ...row })),
    );
  return {
    name: results.name,
    question: results.question,
    complete: results.complete,
    runsFinished: results.runsFinished,
    runsPlanned: results.runsPlanned,
    corpus: parts.map(({ comparison }) => comparison.task.corpus).join(', '),
    models: rows((part) => part.models.map((model) => modelRow(model, part))),
    comparisons: rows(({ pairs }) => pairs),
    claims: rows(({ claims, comparison }) =>
      claims.map((claim) => claimRow(claim, comparison.task.measures[0])),
    ),
    width: byCorpus(({ plan }) => ({
      ...plan.width,
      tried: plan.width.tried.map(({ width, ...tried }) => ({ width, ...choiceRow(tried) })),
    })),
    search: rows(({ plan }) => plan.choices.map(choiceRow)),
    searchLength: byCorpus(({ comparison }) => comparison.search.length ?? 1),
    settings: byCorpus(({ comparison }) => comparison.task.settings),
    command: results.command,
    commit: results.commit,
    runCommits: results.runCommits,
    node: results.node,
    backend: results.backend,
  };
}

function modelRow(model: ModelResult, { comparison }: ComparisonResults): object {
  const { scores, intervals, differenceFromDense, ...sizes } = model;
  const { task, testSets } = comparison;
  const { measures, words } = task;
  const [headline] = measures;
  const [heldOut, ...others] = testSets;
  const first = scores[heldOut]![headline.key]!;
  return {
    ...sizes,
    ...Object.assign(
      {},
      ...measures.map((measure) => ({
        ...onSet(measure, model, heldOut),
        [`${nameOf(measure)}Interval`]: intervals[measure.key],
      })),
    ),
    ...(headline.units === undefined ? {} : { [withPrefix('heldOut', headline.units)]: first.total }),
    [withPrefix('heldOut', words.items)]: first.items,
    ...Object.fromEntries(
      ['development', 'train'].map((set) => [
        withPrefix(set, headline.key),
        scores[set]![headline.key]!.value,
      ]),
    ),
    otherSets: Object.fromEntries(
      others.map((set) => [
        set,
        {
          ...Object.assign({}, ...measures.map((measure) => onSet(measure, model, set))),
          [headline.units ?? words.items]: scores[set]![headline.key]!.total,
        },
      ]),
    ),
    ...(differenceFromDense === undefined ? {} : { differenceFromDense }),
  };
}

function onSet(measure: Measure, { scores }: ModelResult, set: string): object {
  const { value, perSeed } = scores[set]![measure.key]!;
  return { [nameOf(measure)]: value, [`${nameOf(measure)}PerSeed`]: perSeed };
}

function claimRow({ worse, found, ...claim }: ClaimResult, { better, key }: Measure): object {
  const name = withPrefix(better === 'lower' ? 'more' : 'less', key);
  return { ...claim, [name]: worse, [`${name}Found`]: better === 'lower' ? found : reversed(found) };
}

/** The same difference with the other sign. */
function reversed({ difference, interval: [low, high], probabilityOfImprovement }: Difference): Difference {
  return { difference: -difference, interval: [-high, -low], probabilityOfImprovement };
}

function choiceRow<C extends Omit<Choice, 'model'>>({ trials, ...choice }: C): object {
  return { ...choice, trials: trials.map(({ scores, ...trial }) => ({ ...trial, ...scores })) };
}

const nameOf = ({ key, rowKey }: Measure): string => rowKey ?? key;

const withPrefix = (prefix: string, name: string): string =>
  `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`;
