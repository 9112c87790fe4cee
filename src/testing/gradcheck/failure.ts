import type { GradcheckResult } from './check.ts';
import { type CompareOptions, compare, type Probe } from './compare.ts';
import { simplified } from './simplify.ts';
import { type Subject, unit } from './subject.ts';

/** An analytic gradient and differences of the function disagree. */
export class GradcheckError extends Error {
  override readonly name = 'GradcheckError';
  /** The comparison that did not pass: of one entry, where a single entry can be blamed. */
  readonly result: GradcheckResult;
  /** Code with the simplest inputs found at which the function fails. */
  readonly reproducer: string;

  constructor(message: string, result: GradcheckResult, reproducer: string) {
    super(message);
    this.result = result;
    this.reproducer = reproducer;
  }
}

/** The error about a comparison that did not pass, after looking for the entry to blame and for simpler inputs. */
export function failureOf(
  subject: Subject,
  probe: Probe,
  result: GradcheckResult,
  options: CompareOptions & { readonly seed: number },
): GradcheckError {
  const inputs = subject.inputs.map(({ values }) => values);
  const place = 'entry' in result.along ? result.along : blamed(subject, inputs, probe, options);
  const named = options.tolerance === 1e-6 ? '' : `tolerance: ${options.tolerance}, `;
  const order = subject.order === 1 ? '' : `order: ${subject.order}, `;
  if (place === null) {
    const code = subject.asCode(inputs, `{ ${order}${named}seed: ${options.seed} }`);
    return new GradcheckError(`${inWords(result, options)}\n\n${code}`, result, code);
  }
  const { output, entry } = place;
  const single: Probe = {
    input: probe.input,
    direction: unit(probe.direction.length, entry),
    weights: unit(probe.weights.length, output),
  };
  const failing = (values: readonly Float64Array[]) => failureAt(subject, values, single, options);
  const simple = simplified(inputs, (values) => failing(values) !== null);
  const own = { ...result, along: { entry, output } };
  const seed = subject.order === 1 ? '' : `, seed: ${options.seed}`;
  const where = `{ ${order}input: ${JSON.stringify(result.input)}, entry: ${entry}, output: ${output} }`;
  const code = subject.asCode(simple, `{ ${order}${named}jacobian: ${where}${seed} }`);
  const here = { ...own, ...failing(inputs) };
  const there = { ...own, ...failing(simple) };
  const first = 'entry' in result.along ? '' : `${inWords(result, options)}\n`;
  return new GradcheckError(
    `${first}${inWords(here, options)}\nWith simpler inputs: ${numbersOf(there)}.\n\n${code}`,
    here,
    code,
  );
}

/** The entry of the Jacobian to blame for a direction that fails, if there is one. */
function blamed(
  subject: Subject,
  inputs: readonly Float64Array[],
  probe: Probe,
  options: CompareOptions,
): { entry: number; output: number } | null {
  const fails = (part: Probe) => failureAt(subject, inputs, part, options) !== null;
  // Half of a direction that fails must fail, or the mistake is too small to show in parts.
  const narrow = (vector: Float64Array, of: (half: Float64Array) => Probe): Float64Array | null => {
    let [from, to] = [0, vector.length];
    const between = (a: number, b: number) =>
      vector.map((value, i) => (i < a || i >= b ? 0 : b - a === 1 ? 1 : value));
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (fails(of(between(from, middle)))) to = middle;
      else if (fails(of(between(middle, to)))) from = middle;
      else return null;
    }
    return between(from, to);
  };
  const direction = narrow(probe.direction, (half) => ({ ...probe, direction: half }));
  if (direction === null) return null;
  const weights = narrow(probe.weights, (half) => ({ ...probe, direction, weights: half }));
  if (weights === null || !fails({ ...probe, direction, weights })) return null;
  return { entry: direction.indexOf(1), output: weights.indexOf(1) };
}

/** The comparison, if it fails; null where it passes, and where the function refuses the inputs. */
function failureAt(
  subject: Subject,
  inputs: readonly Float64Array[],
  probe: Probe,
  options: CompareOptions,
): ReturnType<typeof compare> | null {
  try {
    const gradient = subject.pullBack(inputs, probe.weights)[probe.input];
    const found = compare(subject, inputs, probe, gradient, options);
    return found.relativeError <= options.tolerance ? null : found;
  } catch {
    return null;
  }
}

function inWords(result: GradcheckResult, { tolerance, seed }: { tolerance: number; seed: number }): string {
  const { order, input, along } = result;
  const what = `gradcheck: the ${order === 1 ? '' : 'second '}gradient by ${input}`;
  const where =
    'direction' in along
      ? `along direction ${along.direction} (seed ${seed})`
      : `at entry ${along.entry} of output ${along.output}`;
  return `${what} ${where}: ${numbersOf(result)}, above ${tolerance}.`;
}

function numbersOf({ analytic, numeric, relativeError, kink, jump }: GradcheckResult): string {
  const differences =
    kink !== undefined
      ? `differences give ${kink.left} from below and ${kink.right} from above, so that there is a kink`
      : `differences give ${numeric}${jump ? ', so that the function jumps there' : ''}`;
  return `analytic ${analytic}, and ${differences}: a relative error of ${relativeError.toExponential(2)}`;
}
