import { z } from 'zod';
import type { InputMapSpec, MapSpec } from '../../nn/spec.ts';

/** The structure of a recurrent matrix, as `MapSpec` says. */
export const recurrentMap = (largest: number) => mapSchema<MapSpec>([...sized, 'sharedLowRank'], largest);

/** The structure of an input matrix: as a recurrent one's, but a shared projection is declared by the layer below. */
export const inputMap = (largest: number) => mapSchema<InputMapSpec>(sized, largest);

/** The keys of all members of the union. */
type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type SizedKind = Exclude<KeysOf<Extract<MapSpec, object>>, 'perGate' | 'tied'>;
type Word = Extract<MapSpec, string>;

const words: readonly Word[] = ['dense', 'circulant', 'skewCirculant', 'toeplitz', 'blockDiagonal'];
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
/** Kinds of which each gate can have one of its own. */
const perGate: readonly string[] = ['lowRank', 'sharedLowRank'] satisfies readonly SizedKind[];
/** A place where a map stands, as `summary` prints it. */
const place = /^layers\.(0|[1-9]\d*)\.((forward|backward)\.)?(input|recurrent)$/;

type Refuse = (message: string, path?: string[]) => void;

/** Written by hand rather than as a union of schemas, so that the message is about the form that was meant. */
function mapSchema<Spec extends MapSpec>(kinds: readonly SizedKind[], largest: number) {
  const forms = [...words, ...kinds.map((kind) => `{ ${kind}: ${sizeOf[kind]} }`), '{ tied: place }'];
  const withGates = kinds.filter((kind) => perGate.includes(kind)).join(' and ');
  const allowed = `${forms.join(' or ')}; ${withGates} with or without perGate: true`;
  return z.custom<Spec>().superRefine((value: unknown, context) => {
    const refuse: Refuse = (message, path = []) => context.addIssue({ code: 'custom', message, path });
    if (typeof value === 'string' && (words as readonly string[]).includes(value)) return;
    const map = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    const named = Object.keys(map).filter((key) => key !== 'perGate');
    const kind = named[0] as SizedKind | 'tied';
    if (named.length !== 1) refuse(allowed);
    else if (kind === 'tied') checkTied(map, refuse);
    else if (kind === 'sharedLowRank' && !kinds.includes(kind)) {
      refuse(
        `${allowed}; the layer below declares the projection that this input shares, as its recurrent map`,
      );
    } else if (!kinds.includes(kind)) refuse(allowed);
    else {
      checkSize(map[kind], kind, largest, refuse);
      checkPerGate(map, kind, refuse);
    }
  });
}

function checkTied(map: Readonly<Record<string, unknown>>, refuse: Refuse): void {
  checkPerGate(map, 'tied', refuse);
  if (typeof map.tied !== 'string' || !place.test(map.tied)) {
    refuse('a place that comes before, such as layers.0.input or layers.0.recurrent', ['tied']);
  }
}

function checkPerGate(map: Readonly<Record<string, unknown>>, kind: string, refuse: Refuse): void {
  if (!('perGate' in map)) return;
  if (!perGate.includes(kind))
    refuse(`nothing: ${perGate.join(' and ')} have it, ${kind} does not`, ['perGate']);
  else if (typeof map.perGate !== 'boolean') refuse('true or false', ['perGate']);
}

function checkSize(size: unknown, kind: SizedKind, largest: number, refuse: Refuse): void {
  const isWhole = (number: unknown): boolean =>
    Number.isInteger(number) && (number as number) >= 1 && (number as number) <= largest;
  if (kind !== 'kronecker') {
    if (!isWhole(size)) refuse(`a whole number from 1 to ${largest}`, [kind]);
  } else if (!Array.isArray(size) || size.length !== 2 || !size.every(isWhole)) {
    refuse(`two whole numbers from 1 to ${largest}`, [kind]);
  }
}
