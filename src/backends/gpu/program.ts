import type { Launch } from '../../../kernels/launch.ts';
import { withIntegerIndices } from './indices.ts';

/** What a launch computes, whatever from and wherever to. */
export type Computation = Pick<Launch, 'name' | 'numbers' | 'constants' | 'threads' | 'source'>;

/** A launch as gpu.js compiles it: everything but the textures and numbers that it is called with. */
export interface Program {
  readonly key: string;
  readonly name: string;
  readonly source: string;
  readonly output: readonly number[];
  /** Arguments in order: for each array its texture and where it begins in it, then the numbers. */
  readonly arrays: number;
  readonly numbers: number;
}

const threadAxes = ['x', 'y', 'z'];

/**
 * The gpu.js function of a launch. `array[i]` reads from where that buffer begins in its texture, at an integer; counters
 * of threads go by their names. The ranks of the textures read are part of what is compiled, as WebGL2's are classes of their own.
 */
export function programOf(
  computation: Computation,
  arrays: readonly string[],
  ranks: readonly number[],
): Program {
  const { source, constants = {}, threads, numbers = {} } = computation;
  let alike = programs.get(source);
  if (alike === undefined) {
    alike = new Map();
    programs.set(source, alike);
  }
  let key = '';
  for (const counter in threads) key += `${counter} ${threads[counter]} `;
  for (const constant in constants) key += `${constant} ${constants[constant]} `;
  for (const number in numbers) key += `${number} `;
  for (let i = 0; i < arrays.length; i++) key += `${arrays[i]} ${ranks[i]} `;
  let program = alike.get(key);
  if (program === undefined) {
    program = compose(computation, arrays, ranks);
    alike.set(key, program);
  }
  return program;
}

/** By source, then by all else: to write a program takes a sixth of the time of a whole launch. */
const programs = new Map<string, Map<string, Program>>();

function compose(computation: Computation, arrays: readonly string[], ranks: readonly number[]): Program {
  const { name, numbers = {}, constants = {}, threads } = computation;
  let body = computation.source.replace(/\$(\w+)/g, (_, constant: string) => {
    if (constants[constant] === undefined)
      throw new Error(`The GPU kernel ${name} has no constant ${constant}.`);
    return `${constants[constant]}`;
  });
  // As threads count themselves in integers, their counters are named where they stand, not kept in variables.
  Object.keys(threads).forEach((counter, axis) => {
    body = body.replaceAll(new RegExp(`(?<![\\w.])${counter}\\b`, 'g'), `this.thread.${threadAxes[axis]}`);
  });
  body = withIntegerIndices(body, arrays);
  const parameters = [...arrays.flatMap((array) => [array, `${array}At`]), ...Object.keys(numbers)];
  const source = `function (${parameters.join(', ')}) {\n${body}\n}`;
  const output = Object.values(threads);
  return {
    key: `${output} ${ranks} ${source}`,
    name,
    source,
    output,
    arrays: arrays.length,
    numbers: Object.keys(numbers).length,
  };
}
