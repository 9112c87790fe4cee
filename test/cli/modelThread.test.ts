import { expect, test } from 'vitest';
import { trainInThread } from '../../src/cli/modelThread.ts';
import type { TrainingJob } from '../../src/cli/services.ts';
import { InputError } from '../../src/errors.ts';
import { parseConfig } from '../../src/tasks/speech/config.ts';
import type { TrainingEvent } from '../../src/tasks/speech/results.ts';

/** A thread's script, with `port`, `job` and `receive` at hand. */
const script = (body: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort as port, receiveMessageOnPort as receive, workerData as job } from 'node:worker_threads';\n${body}`,
    )}`,
  );

const config = parseConfig({ corpus: 'x', models: [{ name: 'a', layers: [{ hidden: 4 }] }] }, 'x.yaml');
const job: TrainingJob = { config, model: 'a', folder: '/nowhere', resume: false, cacheFolder: '/nowhere' };

function train(body: string, signal = new AbortController().signal) {
  const events: TrainingEvent[] = [];
  const result = trainInThread(job, { signal, onEvent: (event) => events.push(event) }, script(body));
  return { events, result };
}

test('the job arrives, events come in order, and the outcome ends it', async () => {
  const { events, result } = train(`
    const event = (step) => port.postMessage({ kind: 'event', event: { kind: 'checkpoint', step, path: job.folder } });
    for (let step = 1; step <= 100; step++) event(step);
    port.postMessage({ kind: 'outcome', outcome: { completed: job.config.models[0].layers[0].hidden === 4 } });`);
  expect(await result).toEqual({ completed: true });
  expect(events).toEqual(
    Array.from({ length: 100 }, (_, i) => ({ kind: 'checkpoint', step: i + 1, path: '/nowhere' })),
  );
});

test('an abort reaches a thread that never rests', async () => {
  const controller = new AbortController();
  const { result } = train(
    `while (receive(port)?.message !== 'abort') {}
     port.postMessage({ kind: 'outcome', outcome: { completed: false } });`,
    controller.signal,
  );
  setTimeout(() => controller.abort(), 20);
  expect(await result).toEqual({ completed: false });
});

test.each([
  [`port.postMessage({ kind: 'failure', message: 'bad file', isInput: true })`, InputError, 'bad file'],
  [
    `port.postMessage({ kind: 'failure', message: 'a bug', stack: 'Error: a bug at x', isInput: false })`,
    Error,
    'a bug',
  ],
  [`throw new RangeError('out of range')`, RangeError, 'out of range'],
  [`process.exit(3)`, Error, 'the thread that trained model a ended with status 3 and no result'],
])('%s', async (body, type, message) => {
  const { result } = train(body);
  await expect(result).rejects.toThrow(type);
  await expect(result).rejects.toThrow(message);
});
