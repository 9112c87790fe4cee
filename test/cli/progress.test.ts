import { describe, expect, test } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import type { TrainingEvent } from '../../src/tasks/speech/results.ts';
import { Collector } from './fakes.ts';

const step = (at: number): TrainingEvent => ({
  kind: 'step',
  step: at,
  steps: 100,
  epoch: 1,
  loss: 100 / at,
  learningRate: 0.1,
  framesPerSecond: 41_234,
});

describe('off a terminal', () => {
  test('a line every ten seconds at most, and at the end', () => {
    const stream = new Collector();
    let seconds = 0;
    const progress = createProgress(stream, () => 1000 * seconds);
    progress.training('dense', {
      kind: 'start',
      backend: 'wasm',
      step: 0,
      steps: 100,
      parameters: 4321,
      skipped: 0,
    });
    for (let at = 1; at <= 100; at++) {
      seconds += 0.5;
      progress.training('dense', step(at));
    }
    progress.training('dense', { kind: 'checkpoint', step: 100, path: 'x' });
    for (let done = 1; done <= 50; done++) {
      seconds += 0.01;
      progress.training('dense', { kind: 'evaluating', done, total: 50, set: 'test' });
    }
    progress.stop();
    expect(stream.text.split('\n')).toEqual([
      'dense: 4,321 parameters, 100 steps, on wasm',
      'dense: step 20/100, loss 5.00, 41,234 frames/s, 40 s left',
      'dense: step 40/100, loss 2.50, 41,234 frames/s, 30 s left',
      'dense: step 60/100, loss 1.67, 41,234 frames/s, 20 s left',
      'dense: step 80/100, loss 1.25, 41,234 frames/s, 10 s left',
      'dense: step 100/100, loss 1.00, 41,234 frames/s, 0 s left',
      'dense: evaluating test 50/50',
      '',
    ]);
  });

  test('the time left after a resumption counts the steps made since', () => {
    const stream = new Collector();
    let seconds = 0;
    const progress = createProgress(stream, () => 1000 * seconds);
    progress.training('dense', {
      kind: 'start',
      backend: 'wasm',
      step: 60,
      steps: 100,
      parameters: 1,
      skipped: 2,
    });
    seconds = 20;
    progress.training('dense', step(70));
    expect(stream.text).toContain(
      'dense: 1 parameters, 100 steps, from step 60, on wasm, 2 utterances too short for their letters\n',
    );
    expect(stream.text).toContain('step 70/100, loss 1.43, 41,234 frames/s, 1:00 left');
  });

  test('work that is no training is counted too', () => {
    const stream = new Collector();
    const progress = createProgress(stream, () => 0);
    for (let done = 1; done <= 3; done++) progress.work(done, 3, 'speaking');
    expect(stream.text).toBe('speaking: 3/3\n');
  });
});

test('on a terminal a bar a model', () => {
  const stream = Object.assign(new Collector(), { isTTY: true, columns: 120 });
  const progress = createProgress(stream, () => 0);
  progress.training('dense', {
    kind: 'start',
    backend: 'wasm',
    step: 0,
    steps: 100,
    parameters: 1,
    skipped: 0,
  });
  progress.training('compact', {
    kind: 'start',
    backend: 'wasm',
    step: 0,
    steps: 100,
    parameters: 1,
    skipped: 0,
  });
  progress.training('dense', step(25));
  progress.say('Stopping.');
  progress.stop();
  expect(stream.text).toContain('Stopping.\n');
  expect(stream.text).toMatch(/dense +\[=+-+\] 25% +step 25\/100, loss 4\.00, 41,234 frames\/s/);
  expect(stream.text).toMatch(/compact +\[-+\] 0%/);
});
