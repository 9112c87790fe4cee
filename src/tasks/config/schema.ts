import { z } from 'zod';
import { InputError } from '../../errors.ts';

/*
 * The vocabulary of configurations' schemas. Every error text says what is allowed, in words that complete
 * "<path> is <value>; expected …"; `firstMistake` makes the sentence.
 */

/** What a value is by a schema. Throws InputError about its first mistake, after the name of its `source`; the whole is `what`. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: string,
  what = 'the configuration',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new InputError(`${source}: ${firstMistake(result.error.issues, value, what)}`);
  return result.data;
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

/** Either end of a range: `from` and `to` belong to it, `above` and `below` do not. */
type Range = ({ readonly from: number } | { readonly above: number }) &
  ({ readonly to: number } | { readonly below: number });

/** A finite number of a range. */
export function number(range: Range) {
  const low = 'from' in range ? `at least ${range.from}` : `above ${range.above}`;
  const high = 'to' in range ? `at most ${range.to}` : `below ${range.below}`;
  const error = `a number ${low} and ${high}`;
  const any = z.number({ error });
  const bounded = 'from' in range ? any.min(range.from, { error }) : any.gt(range.above, { error });
  return 'to' in range ? bounded.max(range.to, { error }) : bounded.lt(range.below, { error });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, { error: words.join(' or ') });
}

/** true or false. */
export function flag() {
  return z.boolean({ error: 'true or false' });
}

/** Any text but the empty one. */
export function text(what: string) {
  return z.string({ error: what }).min(1, { error: what });
}

/** A name that can stand in a file's path and in a table. */
export function name() {
  const error = 'a name of at most 40 letters a to z, digits and hyphens';
  return z.string({ error }).regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error });
}

/** An object of exactly these keys. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `${didYouMean(issue.keys[0]!, known)}Known here: ${known.join(', ')}`
        : `a mapping of ${known.join(', ')}`,
  });
}

/** The part of an issue that the sentence needs. */
type Issue = Pick<z.core.$ZodIssue, 'path' | 'message' | 'code'> & { readonly keys?: readonly string[] };

/** A sentence about the first of the mistakes, and how many more there are. */
function firstMistake(issues: readonly Issue[], config: unknown, what: string): string {
  const places = new Map(issues.map((issue) => [pathText(issuePath(issue)), issue]));
  // One value can break several rules of the same meaning: mistakes are counted by place, and the first one counts.
  // An unknown key goes before the key that is missing because of it.
  const first = issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0]!;
  const more = places.size > 1 ? ` (and ${places.size - 1} more)` : '';
  const path = pathText(issuePath(first)) || what;
  if (first.code === 'unrecognized_keys') return `${path} is not a known key; ${first.message}${more}`;
  const found = valueAt(config, first.path);
  const verb = found === undefined ? 'is missing' : `is ${valueText(found)}`;
  return `${path} ${verb}; expected ${first.message}${more}`;
}

function issuePath({ path, keys }: Issue): readonly PropertyKey[] {
  return keys === undefined ? path : [...path, keys[0]!];
}

/** `models[1].layers[0].hidden` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

function valueText(value: unknown): string {
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

/** `did you mean NAME? ` where a known name is near to an unknown one, or nothing. */
export function didYouMean(unknown: string, known: readonly string[]): string {
  const nearest = known
    .map((key) => ({ key, distance: editDistance(unknown.toLowerCase(), key.toLowerCase()) }))
    .reduce((a, b) => (b.distance < a.distance ? b : a));
  const near = nearest.distance <= Math.max(2, nearest.key.length / 3);
  return near ? `did you mean ${nearest.key}? ` : '';
}

/** Levenshtein's distance: the insertions, deletions and replacements of letters that turn one word into the other. */
function editDistance(a: string, b: string): number {
  // Beyond this a key is near to none of ours, and the table would only grow.
  if (a.length > 100) return a.length;
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
