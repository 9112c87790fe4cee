import { z } from 'zod';
import type { InputMapSpec, MapSpec } from '../../nn/spec.ts';

/** The structure of a recurrent matrix, as `MapSpec` says. */
export const recurrentMap = (largest: number) => mapSchema<MapSpec>([...sized, 'sharedLowRank'], largest);

/** The structure of an input matrix: as a recurrent one's, but a shared projection is declared by the layer below. */
export const inputMap = (largest: number) => mapSchema<InputMapSpec>(sized, largest);

/** The keys of all members of the union. */
type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type SizedKind = KeysOf<Extract<MapSpec, object>> & string;

const words: readonly Extract<MapSpec, string>[] = ['dense', 'circulant', 'skewCirculant', 'toeplitz'];
const sized: readonly SizedKind[] = [
  'lowRank',
  'toeplitzLike',
  'blockCirculant',
  'hashed',
  'diagonalPlusLowRank',
  'kronecker',
];
/** What the number of each kind is. */
const sizeOf: Readonly<Record<SizedKind, string>> = {
  lowRank: 'rank',
  sharedLowRank: 'rank',
  toeplitzLike: 'rank',
  blockCirculant: 'side',
  hashed: 'count',
  diagonalPlusLowRank: 'rank',
  kronecker: '[rows, columns]',
};

/** Written by hand rather than as a union of schemas, so that the message is about the form that was meant. */
function mapSchema<Spec extends MapSpec>(kinds: readonly SizedKind[], largest: number) {
  const allowed = [...words, ...kinds.map((kind) => `{ ${kind}: ${sizeOf[kind]} }`)].join(' or ');
  return z.custom<Spec>().superRefine((value: unknown, context) => {
    const refuse = (message: string, path: string[] = []) =>
      context.addIssue({ code: 'custom', message, path });
    if (typeof value === 'string' && (words as readonly string[]).includes(value)) return;
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const kind = keys[0] as SizedKind;
    if (keys.length !== 1) refuse(allowed);
    else if (kind === 'sharedLowRank' && !kinds.includes(kind)) {
      refuse(
        `${allowed}; the layer below declares the projection that this input shares, as its recurrent map`,
      );
    } else if (!kinds.includes(kind)) refuse(allowed);
    else checkSize((value as Record<SizedKind, unknown>)[kind], kind, largest, refuse);
  });
}

function checkSize(
  size: unknown,
  kind: SizedKind,
  largest: number,
  refuse: (message: string, path: string[]) => void,
): void {
  const isWhole = (number: unknown): boolean =>
    Number.isInteger(number) && (number as number) >= 1 && (number as number) <= largest;
  if (kind !== 'kronecker') {
    if (!isWhole(size)) refuse(`a whole number from 1 to ${largest}`, [kind]);
  } else if (!Array.isArray(size) || size.length !== 2 || !size.every(isWhole)) {
    refuse(`two whole numbers from 1 to ${largest}`, [kind]);
  }
}
