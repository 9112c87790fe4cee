import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Ready, Times } from './contender.ts';
import type { Job } from './job.ts';

/** A job ready to run: the form it takes, and one whole step, which returns the loss. */
export interface Steps {
  readonly form: string;
  readonly step: () => number | Promise<number>;
}

/** The contender's side of the talk that contender.ts describes, for programs in JavaScript. */
export async function answer(prepare: (job: Job) => Steps | Promise<Steps>): Promise<void> {
  let step: Steps['step'] | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const question = JSON.parse(line) as Job | { steps: number };
      if ('steps' in question) say(await time(step!, question.steps));
      else {
        const prepared = await prepare(question);
        step = prepared.step;
        const losses: number[] = [];
        for (let i = 0; i < question.checked; i++) losses.push(await step());
        say({ losses, form: prepared.form });
      }
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The arrays of a job, by name. */
export function arraysOf({
  file,
  arrays,
}: Job): Record<string, { shape: readonly number[]; values: Float32Array }> {
  const { buffer, byteOffset } = readFileSync(file);
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, offset }]) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const start = byteOffset + 4 * offset;
      return [
        name,
        { shape, values: new Float32Array(buffer.slice(start, start + 4 * size) as ArrayBuffer) },
      ];
    }),
  );
}

async function time(step: Steps['step'], steps: number): Promise<Times> {
  const [wall, cpu]: number[][] = [[], []];
  for (let i = 0; i < steps; i++) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    await step();
    wall.push(performance.now() - begun);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
  }
  return { wall, cpu };
}

const say = (value: Ready | Times | { error: string }): boolean =>
  process.stdout.write(`${JSON.stringify(value)}\n`);
