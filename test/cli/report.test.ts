import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { smooth } from '../../src/cli/charts.ts';
import { renderReport } from '../../src/cli/report.ts';
import { parseConfig } from '../../src/tasks/speech/config.ts';
import { modelMetrics, runMetrics } from './fakes.ts';

const dense = modelMetrics('dense');
const compact = modelMetrics('compact', {
  maps: 'circulant + {lowRank: 32} <shared> & more',
  parameters: 61_000,
  heldOutWer: 0.068,
  heldOutWerInterval: [0.06, 0.077],
});
const config = parseConfig(
  { corpus: 'queries-small', models: [{ name: 'dense', layers: [{ hidden: 128 }] }] },
  'quick.yaml',
);
const page = renderReport({
  metrics: runMetrics([dense, compact]),
  config,
  commandLine: 'compact-rnn train "a&b.yaml" <x>',
});
const { document } = parseHTML(page);

test('every model and every figure of the comparison is in the table', () => {
  const heads = Array.from(document.querySelectorAll('thead th')).map((cell) => cell.textContent);
  expect(heads).toEqual(['dense', 'compact']);
  const rows = new Map(
    Array.from(document.querySelectorAll('tbody tr')).map((row) => [
      row.querySelector('th')!.textContent,
      Array.from(row.querySelectorAll('td')).map((cell) => cell.textContent),
    ]),
  );
  expect(rows.get('Parameters')).toEqual(['262,109', '61,000']);
  expect(rows.get('Held-out WER (95 % interval)')).toEqual(['7.1 % (6.3 to 8.0)', '6.8 % (6.0 to 7.7)']);
  expect(rows.get('flite WER, synthesiser never heard in training')).toEqual([
    '20.4 % (18.0 to 23.1)',
    '20.4 % (18.0 to 23.1)',
  ]);
  expect([...rows.keys()]).toEqual([
    'Parameters',
    'of these in the LSTM',
    'MACs a frame',
    'Bytes',
    'Train WER',
    'Held-out WER (95 % interval)',
    'Held-out WER, greedy',
    'Held-out letter errors, greedy',
    'flite WER, synthesiser never heard in training',
    'flite WER, greedy',
    'Training seconds',
    'Frames a second',
    'GFLOP/s in the LSTM',
  ]);
});

test('the page needs nothing from outside', () => {
  expect(page).not.toMatch(/https?:|\/\/[a-z]|@import|<script|<link|<img|<iframe|\bsrc=|url\((?!#)/i);
  expect(Array.from(document.querySelectorAll('[href]'))).toEqual([]);
});

test('both pictures have a text in place of them, and a mark for every model in its colour', () => {
  const [curves, errors, ...more] = Array.from(document.querySelectorAll('svg[role=img]'));
  expect(more).toEqual([]);
  expect(curves!.getAttribute('aria-label')).toMatch(
    /dense from 19\d\.\d to 4\.\d in 1,500 updates; compact from/,
  );
  expect(errors!.getAttribute('aria-label')).toContain('compact 6.8 % (6.0 to 7.7) with 61,000 parameters');
  for (const [i, name] of ['dense', 'compact'].entries()) {
    const curve = curves!.querySelector(`path[aria-label="${name}"]`)!;
    expect(curve.parentElement!.getAttribute('stroke')).toBe(`var(--model-${i})`);
    expect(curve.getAttribute('d')!.split(/[LC]/).length).toBeGreaterThan(250);
    expect(
      errors!.querySelector(`circle[fill="var(--model-${i})"], [fill="var(--model-${i})"] circle`),
    ).toBeTruthy();
  }
  const smaller = errors!.querySelectorAll('circle')[1]!.getAttribute('cx')!;
  const larger = errors!.querySelectorAll('circle')[0]!.getAttribute('cx')!;
  expect(Number(smaller)).toBeLessThan(Number(larger));
});

test('the command line and the configuration stand there as they are, and markup in names does no harm', () => {
  const blocks = Array.from(document.querySelectorAll('pre')).map((block) => block.textContent);
  expect(blocks[0]).toBe('compact-rnn train "a&b.yaml" <x>');
  expect(parseConfig(JSON.parse(blocks[1]!), 'report')).toEqual(config);
  expect(document.querySelector('.legend')!.textContent).toContain('{lowRank: 32} <shared> & more');
  expect(document.querySelector('shared')).toBeNull();
});

test('the same metrics give the same page', () => {
  const again = () => renderReport({ metrics: runMetrics([dense, compact]), config, commandLine: 'x' });
  expect(again()).toBe(again());
});

test.each([
  ['no updates', []],
  ['a single update', [12]],
  ['a loss of zero', [3, 0, 1]],
  ['losses that are no numbers', [Number.NaN, Number.POSITIVE_INFINITY, 4]],
])('%s can be drawn', (_, losses) => {
  const metrics = runMetrics([modelMetrics('one', { losses, heldOutWer: 0, heldOutWerInterval: [0, 0] })]);
  const html = renderReport({ metrics, config, commandLine: 'x' });
  expect(html).not.toMatch(/[="( ,]NaN|Infinity/);
  expect(parseHTML(html).document.querySelectorAll('svg[role=img]')).toHaveLength(2);
});

describe('smoothing', () => {
  test('keeps a constant, ends at the last update, and stays within 300 points', () => {
    for (const length of [1, 2, 99, 300, 301, 12_345]) {
      const points = smooth(new Array(length).fill(5));
      expect(points.at(-1)).toEqual({ step: length, loss: 5 });
      expect(points.length).toBeLessThanOrEqual(300);
      expect(points.every(({ loss }) => loss === 5)).toBe(true);
    }
  });

  test('averages a fiftieth of the updates around each', () => {
    const losses = Array.from({ length: 200 }, (_, i) => (i === 100 ? 10 : 0));
    const at = new Map(smooth(losses).map(({ step, loss }) => [step, loss]));
    // Two updates to either side: a fifth of the peak, from update 99 to 103 (counted from 1).
    expect([98, 99, 101, 103, 104].map((step) => at.get(step))).toEqual([0, 2, 2, 2, 0]);
  });
});
