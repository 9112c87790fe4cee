import { InputError } from '../../errors.ts';
import { type Random, random } from '../../tensor/random.ts';
import { type CompareOptions, type Comparison, compare, type Probe } from './compare.ts';
import { failureOf } from './failure.ts';
import { type Subject, unit } from './subject.ts';

export interface CheckOptions {
  /** How many random directions of each input to compare along; 4 unless given. */
  readonly directions?: number;
  /** Compare every entry of the Jacobian instead, or one; outputs are counted through all of them. */
  readonly jacobian?: boolean | JacobianEntry;
  /** The largest relative error that passes; 1e-6 unless given. */
  readonly tolerance?: number;
  /** Decides the directions; 0 unless given. */
  readonly seed?: number;
}

/** ∂ output / ∂ entry of an input, of the function or (`order` 2) of its gradient. */
export interface JacobianEntry {
  readonly order?: number;
  readonly input: string;
  readonly entry: number;
  readonly output: number;
}

/** One comparison: along random direction number `direction` of an input, or of one entry of the Jacobian. */
export interface GradcheckResult extends Comparison {
  /** 1 for the gradient, 2 for the gradient of the gradient. */
  readonly order: number;
  readonly input: string;
  readonly along: { readonly direction: number } | { readonly entry: number; readonly output: number };
}

/** Makes all comparisons of one order. Throws GradcheckError at the first that does not pass. */
export function check(
  subject: Subject,
  options: CheckOptions,
  kink: CompareOptions['kink'],
): GradcheckResult[] {
  const { directions = 4, jacobian = false, tolerance = 1e-6, seed = 0 } = options;
  if (!Number.isInteger(directions) || directions < 1 || subject.inputs.length === 0) {
    throw new InputError(
      `gradcheck: directions is ${directions} and there are ${subject.inputs.length} inputs, expected at least one of each.`,
    );
  }
  if (typeof jacobian === 'object' && (jacobian.order ?? 1) !== subject.order) return [];
  const inputs = subject.inputs.map(({ values }) => values);
  const outputs = subject.value(inputs).length;
  const results: GradcheckResult[] = [];
  const run = (along: GradcheckResult['along'], probe: Probe, gradients: readonly Float64Array[]): void => {
    const { name: input } = subject.inputs[probe.input];
    const found = compare(subject, inputs, probe, gradients[probe.input], { tolerance, kink });
    const result = { order: subject.order, input, along, ...found };
    if (!(result.relativeError <= tolerance)) {
      throw failureOf(subject, probe, result, { tolerance, kink, seed });
    }
    results.push(result);
  };
  if (jacobian === false) {
    const weights = uniform(outputs, random(seed, 'weights', subject.order));
    const gradients = subject.pullBack(inputs, weights);
    subject.inputs.forEach(({ name, values }, input) => {
      for (let direction = 0; direction < directions; direction++) {
        const stream = random(seed, 'direction', subject.order, name, direction);
        run({ direction }, { input, weights, direction: uniform(values.length, stream) }, gradients);
      }
    });
    return results;
  }
  const chosen = placesOf(subject, outputs, jacobian);
  for (const output of new Set(chosen.map((place) => place.output))) {
    const weights = unit(outputs, output);
    const gradients = subject.pullBack(inputs, weights);
    for (const { input, entry } of chosen.filter((place) => place.output === output)) {
      const direction = unit(inputs[input].length, entry);
      run({ entry, output }, { input, direction, weights }, gradients);
    }
  }
  return results;
}

/** The places of the Jacobian to compare at. Throws InputError for one that does not exist. */
function placesOf(
  subject: Subject,
  outputs: number,
  jacobian: true | JacobianEntry,
): readonly { readonly input: number; readonly entry: number; readonly output: number }[] {
  if (jacobian === true) {
    return Array.from({ length: outputs }, (_, output) => output).flatMap((output) =>
      subject.inputs.flatMap(({ values }, input) =>
        Array.from(values.keys(), (entry) => ({ input, entry, output })),
      ),
    );
  }
  const { entry, output } = jacobian;
  const input = subject.inputs.findIndex(({ name }) => name === jacobian.input);
  if (!(entry in (subject.inputs[input]?.values ?? [])) || !(output >= 0 && output < outputs)) {
    const known = subject.inputs.map(({ name, values }) => `${name} of ${values.length}`).join(', ');
    throw new InputError(
      `gradcheck: jacobian names entry ${entry} of input ${jacobian.input} and output ${output}, ` +
        `expected one of ${known}, and an output below ${outputs}.`,
    );
  }
  return [{ input, entry, output }];
}

const uniform = (length: number, stream: Random): Float64Array =>
  Float64Array.from({ length }, () => 2 * stream.next() - 1);
