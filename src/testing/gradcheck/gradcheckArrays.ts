import type { FloatArray } from '../../../kernels/types.ts';
import { InputError } from '../../errors.ts';
import { type CheckOptions, check, type GradcheckResult } from './check.ts';
import { numbersAsCode, type Subject } from './subject.ts';
import { type LeafKind, leavesOf, replaceLeaves, type Tree, treeAsCode } from './tree.ts';

/** Float64Arrays in nested records and arrays, or one. */
export type ArrayTree = Tree<Float64Array>;

/** A function of plain arrays, and its gradient written by hand. */
export interface HandWritten<Inputs extends ArrayTree> {
  /** A number, or several in an array. */
  value(inputs: Inputs): number | FloatArray;
  /** The gradient of Σ weights · value by every input, in the shape of the inputs; a single number has the weight `weights[0]`. */
  gradient(inputs: Inputs, weights: Float64Array): ArrayTree;
}

export interface GradcheckArraysOptions<Inputs = ArrayTree> extends CheckOptions {
  /** How far inputs are from the nearest point without a derivative, where that is known: no difference reaches across. */
  readonly kink?: (inputs: Inputs) => number;
}

/**
 * `gradcheck` for functions that know nothing of tensors: numbers in Float64Arrays, and a gradient of one's own.
 * Returns the comparisons; throws GradcheckError as `gradcheck` does, and InputError for arrays of other kinds, a gradient
 * that has not the inputs' shape, or nothing to compare.
 */
export function gradcheckArrays<Inputs extends ArrayTree>(
  f: HandWritten<Inputs>,
  inputs: Inputs,
  options: GradcheckArraysOptions<Inputs> = {},
): GradcheckResult[] {
  const leaves = leavesOf<Float64Array>(inputs, kind);
  // Copies, so that a function that writes over what it is given spoils nothing.
  const treeOf = (values: readonly Float64Array[]) =>
    replaceLeaves<Float64Array, Float64Array>(
      inputs,
      kind,
      values.map((array) => array.slice()).values(),
    ) as Inputs;
  const subject: Subject = {
    inputs: leaves.map(({ name, leaf }) => ({ name, values: leaf.slice() })),
    order: 1,
    value(values) {
      const found = f.value(treeOf(values));
      return typeof found === 'number' ? Float64Array.of(found) : Float64Array.from(found);
    },
    pullBack(values, weights) {
      const found = leavesOf(f.gradient(treeOf(values), weights.slice()), kind);
      leaves.forEach(({ name, leaf }, i) => {
        if (found[i]?.name !== name || found[i].leaf.length !== leaf.length || found.length > leaves.length) {
          const shown = found.map((own) => `${own.name} of ${own.leaf.length}`).join(', ');
          throw new InputError(
            `gradcheckArrays: the gradient has ${shown}, expected ${name} of ${leaf.length} in place ${i} of ${leaves.length}.`,
          );
        }
      });
      return found.map(({ leaf }) => leaf);
    },
    asCode(values, given) {
      const code = values.map(numbersAsCode);
      return `gradcheckArrays(f, ${treeAsCode(replaceLeaves(inputs, kind, code.values()))}, ${given});`;
    },
  };
  const { kink } = options;
  return check(subject, options, kink === undefined ? () => 0 : (values) => kink(treeOf(values)));
}

const kind: LeafKind<Float64Array> = {
  what: 'a Float64Array',
  is: (value) => value instanceof Float64Array,
};
