import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tensor } from 'compact-rnn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapsOf, nearest } from '../../docs/live/approximate/nearest.ts';
import { PRESETS, SIDE } from '../../docs/live/approximate/presets.ts';
import { classesOf, countPaths, probabilitiesOf, SOURCES } from '../../docs/live/ctc/frames.ts';
import { lattice } from '../../docs/live/ctc/lattice.ts';
import { byLibrary as ctcByLibrary } from '../../docs/live/ctc/library.ts';
import { frontier, isComparison, plotsOf } from '../../docs/live/errors/results.ts';
import { held, Register, randomLine, STEPS } from '../../docs/live/gates/register.ts';
import { trace } from '../../docs/live/gates/trace.ts';
import { linear, logarithmic, spacedApart, spread, ticks } from '../../docs/live/shared/scale.ts';
import { EXPRESSIONS } from '../../docs/live/tape/expressions.ts';
import { layout } from '../../docs/live/tape/layout.ts';
import { byLibrary } from '../../docs/live/tape/library.ts';
import { gradients, record } from '../../docs/live/tape/tape.ts';
import { addingProblem } from '../../docs/live/train/adding.ts';
import { countsOf, STRUCTURES, Training } from '../../docs/live/train/training.ts';

const finite = (size: number) => fc.double({ min: -size, max: size, noNaN: true });

describe('scales', () => {
  it('take the ends of a range to the ends of a place, and ratios to distances', () => {
    const straight = linear([2, 4], [0, 100]);
    expect([2, 3, 4].map(straight)).toEqual([0, 50, 100]);
    const log = logarithmic([1, 100], [0, 100]);
    expect(log(10)).toBeCloseTo(50);
    expect(log(0)).toBe(0);
  });

  it('have round ticks within the range', () => {
    expect(ticks([0, 1], 4)).toEqual([0, 0.5, 1]);
    expect(ticks([0.037, 0.262], 7)).toEqual([0.05, 0.1, 0.15, 0.2, 0.25]);
  });

  it('spread indices evenly, the last among them', () => {
    expect(spread(3, 10)).toEqual([0, 1, 2]);
    expect(spread(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });

  it('move neighbours apart about their middle, and leave others', () => {
    expect(spacedApart([0, 100], 7)).toEqual([0, 100]);
    fc.assert(
      fc.property(fc.array(finite(50), { minLength: 1, maxLength: 12 }), (unordered) => {
        const places = [...unordered].sort((a, b) => a - b);
        const moved = spacedApart(places, 7);
        const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
        expect(mean(moved)).toBeCloseTo(mean(places), 6);
        moved.slice(1).forEach((place, k) => {
          expect(place - moved[k]).toBeGreaterThanOrEqual(7 - 1e-9);
        });
      }),
    );
  });
});

describe('training', () => {
  it('asks for the sum of the two marked numbers, one in each half', () => {
    const { x, sums, length, count } = addingProblem(12, 5, 1);
    for (let b = 0; b < count; b++) {
      const rows = Array.from({ length }, (_, t) => x.subarray((t * count + b) * 2, (t * count + b) * 2 + 2));
      const marked = rows.flatMap(([value, mark], t) => (mark === 1 ? [{ value, t }] : []));
      expect(marked.map(({ t }) => t < length / 2)).toEqual([true, false]);
      expect(marked[0].value + marked[1].value).toBeCloseTo(sums[b], 6);
    }
  });

  const choices = { hidden: 16, rank: 2, learningRate: 0.02, length: 8 };

  it('counts parameters by the formulas of the structures', () => {
    // Two layers of H units: the first input map 8H, biases 4H each; then three maps of 4 H×H blocks.
    const rest = 8 * 16 + 2 * 4 * 16;
    const maps = {
      dense: 3 * 4 * 16 * 16,
      lowRank: 3 * 2 * (16 + 64),
      circulant: 3 * 4 * 16,
      toeplitzLike: 3 * 4 * 2 * 2 * 16,
      // Toeplitz-like below; above, a product of rank 4, and a projection to 4 values that the gates read.
      hybrid: 4 * 2 * 2 * 16 + 4 * (16 + 64) + 4 * (16 + 64),
    };
    for (const structure of STRUCTURES) {
      expect(countsOf({ ...choices, structure }).lstmParameters, structure).toBe(rest + maps[structure]);
    }
  });

  it.each(STRUCTURES)('lowers the error of sequences not trained on: %s', (structure) => {
    const training = new Training({ ...choices, structure });
    const before = training.evaluate();
    for (let step = 0; step < 150; step++) training.step();
    const after = training.evaluate();
    expect(training.steps).toBe(150);
    expect(after.error).toBeLessThan(Math.min(before.error, 1 / 6) / 3);
    expect(after.accuracy).toBeGreaterThan(before.accuracy);
  });
});

describe('nearest matrices', () => {
  const errorsOf = (name: string, rank: number) => {
    const matrix = PRESETS.find((preset) => preset.name === name)!.matrix();
    const found = mapsOf(SIDE, rank).map(({ name, map }) => nearest(name, map, matrix));
    return Object.fromEntries(found.map((one) => [one.name, one.error]));
  };

  it('have equally many numbers at a rank, but for the two kinds whose count is fixed', () => {
    const counts = mapsOf(SIDE, 3).map(({ name, map }) => [name, nearest(name, map, PRESETS[0].matrix())]);
    expect(counts.map(([name, one]) => [name, (one as { parameters: number }).parameters])).toEqual([
      ['Low rank', 96],
      ['Toeplitz-like', 96],
      ['Hashed', 96],
      ['Toeplitz', 31],
      ['Circulant', 16],
    ]);
  });

  it('are exact where the page says so', () => {
    const exact = [
      ['two blobs', 2, 'Low rank'],
      ['two blobs', 4, 'Toeplitz-like'],
      ['decaying Toeplitz', 1, 'Toeplitz'],
      ['decaying Toeplitz', 2, 'Toeplitz-like'],
      ['inverse of a Toeplitz', 2, 'Toeplitz-like'],
      ['cyclic shift', 1, 'Circulant'],
      ['cyclic shift', 1, 'Toeplitz-like'],
    ] as const;
    for (const [preset, rank, kind] of exact) {
      expect(errorsOf(preset, rank)[kind], `${preset}, rank ${rank}, ${kind}`).toBeLessThan(1e-6);
    }
  });

  it('are not where it says otherwise', () => {
    expect(errorsOf('inverse of a Toeplitz', 2).Toeplitz).toBeGreaterThan(0.01);
    expect(errorsOf('cyclic shift', 4)['Low rank']).toBeCloseTo(Math.sqrt(12 / 16), 6);
    expect(errorsOf('empty', 1)).toEqual({
      'Low rank': 0,
      'Toeplitz-like': 0,
      Hashed: 0,
      Toeplitz: 0,
      Circulant: 0,
    });
  });
});

describe('the tape', () => {
  it.each(EXPRESSIONS)('has the gradient that the library finds: $title', (expression) => {
    const names = Object.keys(expression.inputs);
    fc.assert(
      fc.property(fc.array(finite(3), { minLength: names.length, maxLength: names.length }), (drawn) => {
        const values = Object.fromEntries(names.map((name, k) => [name, drawn[k]]));
        const tape = record(expression, values);
        const found = gradients(tape, tape.length);
        const { value, grads } = byLibrary(expression, values);
        expect(tape[tape.length - 1].value).toBeCloseTo(value, 12);
        names.forEach((name, k) => {
          expect(found[k], name).toBeCloseTo(grads[name], 10);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('sends nothing back before it is read', () => {
    const tape = record(EXPRESSIONS[0], EXPRESSIONS[0].inputs);
    expect(gradients(tape, 0)).toEqual([...new Array(tape.length - 1).fill(null), 1]);
  });

  it.each(EXPRESSIONS)(
    'is drawn with every node below what it reads, and none on another: $title',
    (expression) => {
      const tape = record(expression, expression.inputs);
      const places = layout(tape);
      for (const { index, inputs } of tape) {
        for (const input of inputs) expect(places[index].y).toBeGreaterThan(places[input].y);
        for (const other of places.slice(0, index)) {
          expect(other.y !== places[index].y || Math.abs(other.x - places[index].x) >= 1).toBe(true);
        }
      }
    },
  );
});

describe('gates', () => {
  it.each([1, 3])('are those of the model that the library trains, of %i units', (units) => {
    const register = new Register(units);
    for (let step = 0; step < 20; step++) register.step(0.05);
    const line = randomLine('test');
    const rows = line.values.map((value, t) => [value, line.writes[t] ? 1 : 0]);
    const { y } = register.model.apply(register.parameters, tensor([...rows.flat()], [STEPS, 1, 2]));
    const found = trace(register.parameters, rows);
    y.dataSync().forEach((value, t) => {
      expect(found.y[t]).toBeCloseTo(value, 4);
    });
    expect(found.i[0]).toHaveLength(units);
  });

  it('learn to store in one unit: the input gate opens where it is told to, and nowhere else', () => {
    const register = new Register(1);
    for (let step = 0; step < 500; step++) register.step(0.04);
    const line = randomLine('test');
    const { i, f, y } = trace(
      register.parameters,
      line.values.map((value, t) => [value, line.writes[t] ? 1 : 0]),
    );
    expect(new Set(line.writes).size).toBe(2);
    line.writes.forEach((write, t) => {
      if (write) {
        expect(i[t][0]).toBeGreaterThan(0.7);
        expect(f[t][0]).toBeLessThan(0.5);
      } else {
        expect(i[t][0]).toBeLessThan(0.2);
        expect(f[t][0]).toBeGreaterThan(0.9);
      }
    });
    held(line).forEach((stored, t) => {
      expect(Math.abs(y[t] - stored)).toBeLessThan(0.2);
    });
  });

  it('are asked for what was stored last', () => {
    expect(held({ values: [1, 2, 3, 4], writes: [false, true, false, true] })).toEqual([0, 2, 2, 4]);
  });
});

describe('the lattice', () => {
  /** Logits of 2 to 6 frames over a blank and 3 letters, and labels that fit in. */
  const problems = fc
    .record({
      labels: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      logits: fc.array(fc.array(finite(3), { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 6 }),
    })
    .filter(({ labels, logits }) => countPaths(logits.length, labels) > 0);

  /** What a path spells: repetitions merged, blanks removed. */
  const spelt = (path: readonly number[]) => path.filter((own, t) => own !== 0 && own !== path[t - 1]);

  it('has the loss and the gradient that the library finds', () => {
    fc.assert(
      fc.property(problems, ({ labels, logits }) => {
        const found = lattice(probabilitiesOf(logits), labels);
        const { loss, gradient } = ctcByLibrary(logits, labels);
        expect(found.loss).toBeCloseTo(loss, 9);
        found.gradient.flat().forEach((value, k) => {
          expect(value).toBeCloseTo(gradient[k], 9);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is the sum over all paths, and has the likeliest of them', () => {
    fc.assert(
      fc.property(problems, ({ labels, logits }) => {
        const probabilities = probabilitiesOf(logits);
        let [total, most, count] = [0, 0, 0];
        for (let code = 0; code < 4 ** logits.length; code++) {
          const path = logits.map((_, t) => Math.floor(code / 4 ** t) % 4);
          if (spelt(path).join() !== labels.join()) continue;
          const probability = path.reduce((product, own, t) => product * probabilities[t][own], 1);
          total += probability;
          most = Math.max(most, probability);
          count++;
        }
        const found = lattice(probabilities, labels);
        expect(found.probability).toBeCloseTo(total, 12);
        expect(found.bestProbability).toBeCloseTo(most, 12);
        expect(spelt(found.best.map((s) => found.states[s]))).toEqual(labels);
        expect(countPaths(logits.length, labels)).toBe(count);
      }),
      { numRuns: 20 },
    );
  });

  it('has α β summing to p in every frame, and a gradient that sums to zero', () => {
    fc.assert(
      fc.property(problems, ({ labels, logits }) => {
        const { alpha, beta, probability, gradient } = lattice(probabilitiesOf(logits), labels);
        alpha.forEach((row, t) => {
          const through = row.reduce((sum, value, s) => sum + value * beta[t][s], 0);
          expect(through / probability).toBeCloseTo(1, 9);
          expect(gradient[t].reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('has no path where equal neighbours have no frame for the blank between them', () => {
    const { labels, letters } = classesOf('aa');
    expect([labels, letters]).toEqual([
      [1, 1],
      ['–', 'a'],
    ]);
    expect([2, 3].map((frames) => countPaths(frames, labels))).toEqual([0, 1]);
    const found = lattice(probabilitiesOf(SOURCES[0].logits(2, labels, 2)), labels);
    expect([found.probability, found.best]).toEqual([0, []]);
  });

  it('begins from logits of every source, a row for each frame', () => {
    const { labels, letters } = classesOf('cat');
    for (const { name, logits } of SOURCES) {
      const rows = logits(7, labels, letters.length);
      expect([rows.length, ...new Set(rows.map((row) => row.length))], name).toEqual([7, 4]);
    }
    const trained = lattice(probabilitiesOf(SOURCES[1].logits(8, labels, 4)), labels);
    const wrong = lattice(probabilitiesOf(SOURCES[3].logits(8, labels, 4)), labels);
    expect(trained.loss).toBeLessThan(wrong.loss);
  });
});

describe('the plots', () => {
  const folder = fileURLToPath(new URL('../../docs/results/', import.meta.url));
  const results = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')));

  it('have every model of every comparison, with an interval about its value', () => {
    const comparisons = results.filter(isComparison);
    expect(comparisons.map(({ name }) => name)).toContain('spoken-queries');
    for (const comparison of comparisons) {
      const points = plotsOf(comparison).flatMap(({ points }) => points);
      expect(points).toHaveLength(comparison.models.length);
      for (const { name, parameters, value, interval } of points) {
        expect(parameters, name).toBeGreaterThan(0);
        expect(interval[0], name).toBeLessThanOrEqual(value);
        expect(interval[1], name).toBeGreaterThanOrEqual(value);
      }
    }
  });

  it('join the models that no smaller one beats', () => {
    const point = (parameters: number, value: number) => ({ name: `${parameters}`, parameters, value });
    const points = [point(4, 1), point(1, 5), point(3, 3), point(2, 3), point(5, 2)] as never[];
    const names = (isBetterWhenHigher: boolean) =>
      frontier({ points, isBetterWhenHigher } as never).map(({ name }) => name);
    expect(names(false)).toEqual(['1', '2', '4']);
    expect(names(true)).toEqual(['1']);
  });
});
