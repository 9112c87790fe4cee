import { InputError } from '../errors.ts';
import { type Shape, sameShape, show } from '../tensor/shape.ts';

/**
 * Throws InputError naming the argument unless `inputs` fit `lstmSequence`: gates, bias, h0, c0, then `recurrent` factors
 * of U, then those of the projection.
 */
export function checkLstmShapes(
  inputs: readonly Shape[],
  { recurrent, lengths }: { readonly recurrent: number; readonly lengths: Int32Array | null },
): void {
  const [gates, bias, h0, c0] = inputs;
  if (gates.length !== 3 || c0.length !== 2 || h0.length !== 2 || gates[0] === 0) {
    throw new InputError(
      `lstmSequence: gates, h0 and c0 have shapes ${show(gates)}, ${show(h0)} and ${show(c0)}, ` +
        'expected [T, B, 4H], [B, P] and [B, H] with at least one step.',
    );
  }
  const [time, batch] = gates;
  const [hidden, width] = [c0[1], h0[1]];
  expectShape('gates', gates, [time, batch, 4 * hidden]);
  expectShape('bias', bias, [4 * hidden]);
  expectShape('h0', h0, [batch, width]);
  expectShape('c0', c0, [batch, hidden]);
  checkChain('recurrent', inputs.slice(4, 4 + recurrent), width, 4 * hidden);
  const projection = inputs.slice(4 + recurrent);
  if (projection.length > 0) checkChain('projection', projection, hidden, width);
  else if (width !== hidden) {
    throw new InputError(
      `lstmSequence: h0 has ${width} columns, expected ${hidden} as there is no projection.`,
    );
  }
  if (lengths !== null && lengths.length !== batch) {
    throw new InputError(`lstmSequence: ${lengths.length} lengths were given, expected ${batch}.`);
  }
  lengths?.forEach((length, b) => {
    if (length < 0 || length > time) {
      throw new InputError(`lstmSequence: lengths[${b}] is ${length}, expected 0 to ${time}.`);
    }
  });
}

function expectShape(name: string, found: Shape, expected: Shape): void {
  if (!sameShape(found, expected)) {
    throw new InputError(`lstmSequence: ${name} has shape ${show(found)}, expected ${show(expected)}.`);
  }
}

function checkChain(name: string, factors: readonly Shape[], inSize: number, outSize: number): void {
  let size = inSize;
  for (const factor of factors) {
    if (factor.length !== 2 || factor[1] !== size) {
      throw new InputError(
        `lstmSequence: a ${name} factor has shape ${show(factor)}, expected [·, ${size}].`,
      );
    }
    size = factor[0];
  }
  if (factors.length === 0 || size !== outSize) {
    throw new InputError(`lstmSequence: the ${name} factors end in ${size} values, expected ${outSize}.`);
  }
}
