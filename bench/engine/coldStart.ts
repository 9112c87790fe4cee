import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { median } from '../results.ts';

const launches = 11;

/** Milliseconds from the start of a process to the end of its first W1 step, and of one that does nothing. */
export async function benchColdStart({ say, figure }: Bench): Promise<void> {
  const step = fileURLToPath(new URL('./firstStep.js', import.meta.url));
  const timesOf = (...args: string[]): number =>
    median(Array.from({ length: launches }, () => Number(execFileSync(process.execPath, args))));
  const nothing = timesOf('--eval', 'console.log(performance.now())');
  const all = timesOf(step);
  say(
    `\ncold start to the first W1 step: ${all.toFixed(0)} ms, of which Node itself ${nothing.toFixed(0)} ms`,
  );
  figure({ name: 'process start to first W1 step', value: all, unit: 'ms' });
  figure({ name: 'first W1 step, without the start of Node', value: all - nothing, unit: 'ms' });
}
