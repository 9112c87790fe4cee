import { sameShape, show } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type TensorTree, tensorKind } from '../contraction.ts';
import { numberAsCode } from '../gradcheck/subject.ts';
import { leavesOf } from '../gradcheck/tree.ts';
import { LawError } from './checks.ts';

/** What is saved and loaded again is the same to the bit: names, shapes, kinds of numbers and the numbers, NaN among them. */
export const roundTrip = <Saved>(
  save: (tensors: TensorTree) => Saved,
  load: (saved: Saved) => TensorTree,
  tensors: TensorTree,
): void => sameBits('roundTrip', ['saved', tensors], ['loaded', load(save(tensors))]);

/** Running twice gives the same to the bit. */
export const determinism = (run: () => TensorTree): void =>
  sameBits('determinism', ['the first run', run()], ['the second', run()]);

type Side = readonly [name: string, TensorTree];

function sameBits(law: string, [leftName, left]: Side, [rightName, right]: Side): void {
  const [a, b] = [left, right].map((tree) => {
    const named = leavesOf<Tensor>(tree, tensorKind).map(({ name, leaf }) => [name, leaf] as const);
    return new Map(named.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
  const [names, others] = [a, b].map((tree) => [...tree.keys()].join(', '));
  if (names !== others)
    throw new LawError(`${law}: ${leftName} has ${names}, and ${rightName} has ${others}.`);
  for (const [name, first] of a) {
    const second = b.get(name)!;
    if (first.dtype !== second.dtype || !sameShape(first.shape, second.shape)) {
      const [one, other] = [first, second].map(({ dtype, shape }) => `${dtype} ${show(shape)}`);
      throw new LawError(`${law}: ${name} is ${one} in ${leftName} and ${other} in ${rightName}.`);
    }
    const [x, y] = [first.dataSync(), second.dataSync()];
    const at = x.findIndex((value, i) => !Object.is(value, y[i]));
    if (at >= 0) {
      throw new LawError(
        `${law}: entry ${at} of ${name} is ${numberAsCode(x[at])} in ${leftName} and ${numberAsCode(y[at])} in ${rightName}.`,
      );
    }
  }
}
