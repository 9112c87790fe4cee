/**
 * Rewrites every index into `arrays` in integer arithmetic, offset by where that array begins: gpu.js makes every variable a
 * float, which is exact for integers up to 2²⁴ only. It treats `(value | 0)` as an integer.
 */
export function withIntegerIndices(source: string, arrays: readonly string[]): string {
  let result = '';
  let rest = source;
  for (;;) {
    const found = arrays.length > 0 && new RegExp(`\\b(${arrays.join('|')})\\[`).exec(rest);
    if (!found) return result + rest;
    const [start, array] = found;
    const open = found.index + start.length - 1;
    const close = closing(rest, open);
    result += `${rest.slice(0, found.index)}${array}[${array}At + ${inIntegers(rest.slice(open + 1, close))}]`;
    rest = rest.slice(close + 1);
  }
}

/** An index with its sums and products as they are, and what they are made of as integers. */
function inIntegers(index: string): string {
  // gpu.js takes such an index out of its expression, as a float.
  if (index.includes('[')) throw new Error(`A GPU source reads an array within the index ${index}.`);
  let result = '';
  for (let at = 0; at < index.length; ) {
    const word = /^[A-Za-z_][\w.]*/.exec(index.slice(at))?.[0];
    if (word === undefined) {
      result += index[at++];
      continue;
    }
    const end = at + word.length;
    const value = index.slice(at, index[end] === '(' ? closing(index, end) + 1 : end);
    result += value.startsWith('this.thread.') ? value : `(${value} | 0)`;
    at += value.length;
  }
  return result;
}

/** Where the bracket that opens at `open` closes. */
function closing(source: string, open: number): number {
  for (let at = open, depth = 0; at < source.length; at++) {
    if ('(['.includes(source[at])) depth++;
    else if (')]'.includes(source[at]) && --depth === 0) return at;
  }
  throw new Error(`A bracket of the GPU source stays open: ${source.slice(open)}`);
}
