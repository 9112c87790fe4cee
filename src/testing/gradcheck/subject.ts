/** A function with a gradient, in flat float64 numbers: what is checked, whatever the user's own function takes. */
export interface Subject {
  readonly inputs: readonly Input[];
  /** 1 for the function itself, 2 when it is the gradient of another. */
  readonly order: number;
  /** All outputs, one after the other. */
  value(inputs: readonly Float64Array[]): Float64Array;
  /** The gradient of Σ weights · outputs by every input. */
  pullBack(inputs: readonly Float64Array[], weights: Float64Array): readonly Float64Array[];
  /** Code that makes these inputs and checks the function at them with the options. */
  asCode(inputs: readonly Float64Array[], options: string): string;
}

/** One input of a function, by its place in what the function takes. */
export interface Input {
  readonly name: string;
  readonly values: Float64Array;
}

/** Σ a · b. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** 1 in one place, 0 elsewhere. */
export function unit(length: number, place: number): Float64Array {
  const vector = new Float64Array(length);
  vector[place] = 1;
  return vector;
}

/** The largest finite magnitude; 0 of nothing. */
export const largestOf = (values: Float64Array): number =>
  values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

/** A number as code, with the sign of a zero. */
export const numberAsCode = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** Numbers as code: `Float64Array.of(1, -0)`, or by their few places when nearly all are 0. */
export function numbersAsCode(values: Float64Array): string {
  const places = Array.from(values.keys()).filter((i) => !Object.is(values[i], 0));
  if (values.length > 16 && 4 * places.length <= values.length) {
    const some = places.map((i) => `${i}: ${numberAsCode(values[i])}`).join(', ');
    return `Float64Array.from({ length: ${values.length}${some === '' ? '' : `, ${some}`} }, (value) => value ?? 0)`;
  }
  return `Float64Array.of(${Array.from(values, numberAsCode).join(', ')})`;
}
