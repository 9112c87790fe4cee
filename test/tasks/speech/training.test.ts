import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backend, InputError } from '../../../src/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../src/io/checkpoint.ts';
import { encode } from '../../../src/tasks/speech/alphabet.ts';
import { modelOf, type RecogniserState } from '../../../src/tasks/speech/recogniser.ts';
import { type TrainingBatch, TrainingData } from '../../../src/tasks/speech/trainingData.ts';
import { CHECKPOINT } from '../../../src/tasks/training/savedTensors.ts';
import { bands, configOf, corpus, folder, train, utterance, withTraining } from './letterCorpus.ts';

const tensorsIn = async (where: string) => (await loadCheckpoint(join(where, CHECKPOINT))).tensors;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('trainRecogniser', () => {
  for (const [model, optimizer, learningRate] of [
    ['dense', 'adam', 0.02],
    ['compact', 'adam', 0.02],
    ['compact', 'sgd', 0.01],
  ] as const) {
    it(`brings the loss of the ${model} model down with ${optimizer}, and measures it`, async () => {
      const config = configOf({ epochs: 20, optimizer, learningRate });
      const { completed, losses, metrics, events } = await train({ config, model });
      expect(completed).toBe(true);
      expect(losses).toHaveLength(60);
      expect(mean(losses.slice(-3))).toBeLessThan(0.6 * mean(losses.slice(0, 3)));
      expect(metrics!.losses).toEqual(losses);
      expect(metrics!.name).toBe(model);
      expect(metrics!.heldOutWords).toBe(6);
      expect(Object.keys(metrics!.otherSets)).toEqual(['other']);
      expect(metrics!.bytes).toBe(4 * metrics!.parameters);
      for (const rate of [metrics!.trainWer, metrics!.heldOutWer, metrics!.heldOutLetterErrorRate]) {
        expect(rate).toBeGreaterThanOrEqual(0);
      }
      const [low, high] = metrics!.heldOutWerInterval;
      expect(low).toBeLessThanOrEqual(high);
      for (const speed of [metrics!.seconds, metrics!.framesPerSecond, metrics!.lstmGflops])
        expect(speed).toBeGreaterThan(0);
      expect(events[0]).toEqual({
        kind: 'start',
        backend: backend('wasm').description,
        step: 0,
        steps: 60,
        parameters: metrics!.parameters,
        skipped: 0,
      });
    });
  }

  it('learns the letters: the words of sentences that it has not heard', async () => {
    const config = configOf({ epochs: 100, dropout: 0, augment: { noise: 0.1, frequencyMasks: 0 } });
    const { metrics } = await train({ config, model: 'dense' });
    expect(metrics!.losses.at(-1)).toBeLessThan(1);
    expect(metrics!.trainGreedyWer).toBeLessThanOrEqual(0.1);
    expect(metrics!.heldOutWer).toBeLessThanOrEqual(0.2);
  });

  it('reports every step in order, its epoch and its rate, and checkpoints as often as asked', async () => {
    const { events, folder: where } = await train();
    const steps = events.filter((event) => event.kind === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(steps.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    expect(steps[0].learningRate).toBeCloseTo(0.01, 12);
    expect(steps[1].learningRate).toBeCloseTo(0.02, 12);
    expect(steps[11].learningRate).toBeCloseTo(0.02 * 0.05, 12);
    const saved = events.filter((event) => event.kind === 'checkpoint');
    expect(saved.map(({ step }) => step)).toEqual([5, 10, 12]);
    expect(saved[0].path).toBe(join(where, CHECKPOINT));
  });

  it('comes to the same in shards, but for rounding and for what is dropped', async () => {
    const { losses } = await train({ config: configOf({ dropout: 0, learningRate: 0.001 }) });
    // Batches of four in seven shards: three of them are empty.
    for (const shards of [2, 7]) {
      const config = configOf({ dropout: 0, learningRate: 0.001, shards });
      const inShards = await train({ config });
      inShards.losses.forEach((loss, step) => {
        expect(Math.abs(loss - losses[step])).toBeLessThan(1e-3 * losses[step]);
      });
      expect(inShards.losses).not.toEqual(losses);
      expect(inShards.metrics!.lstmGflops).toBeGreaterThan(0);
      const dropped = await train({ config: configOf({ dropout: 0.5, learningRate: 0.001, shards }) });
      expect(dropped.losses[0]).not.toBeCloseTo(losses[0], 2);
    }
  });

  it('uses the learning rate of the model where it has one', async () => {
    const models = [{ name: 'own', layers: [{ hidden: 3 }], training: { learningRate: 0.5 } }];
    const { events } = await train({ config: configOf({ epochs: 1 }, { models }), model: 'own' });
    const rates = events.flatMap((event) => (event.kind === 'step' ? [event.learningRate] : []));
    expect(Math.max(...rates)).toBeCloseTo(0.5, 12);
  });

  it('gives the same losses and the same checkpoint for the same seed, and others for another', async () => {
    const [a, b] = [await train(), await train()];
    expect(b.losses).toEqual(a.losses);
    const tensors = await tensorsIn(a.folder);
    expect(await tensorsIn(b.folder)).toEqual(tensors);
    const { seconds: _, framesPerSecond: __, lstmGflops: ___, ...same } = b.metrics!;
    expect(a.metrics).toMatchObject(same);
    const other = await train({ config: configOf({}, { seed: 4 }) });
    expect(other.losses).not.toEqual(a.losses);
  });

  it('changes its seed with nothing else: not with the order of the models, nor with what was trained before', async () => {
    const alone = await train({ model: 'dense' });
    const config = configOf();
    await train({ model: 'compact' });
    const again = await train({
      model: 'dense',
      config: { ...config, models: [...config.models].reverse() },
    });
    expect(again.losses).toEqual(alone.losses);
  });

  it.each([
    ['adam', 3],
    ['adam', 5],
    ['adam', 7],
    ['sgd', 7],
    ['adam', 11],
  ] as const)('ends after an interruption as it would have without (%s, step %i)', async (optimizer, at) => {
    const config = configOf({ optimizer });
    const whole = await train({ config });
    const controller = new AbortController();
    const first = await train({
      config,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.step === at) controller.abort();
      },
    });
    expect(first.completed).toBe(false);
    expect(first.metrics).toBeUndefined();
    expect(first.losses).toEqual(whole.losses.slice(0, at));
    expect(first.events.at(-1)).toMatchObject({ kind: 'checkpoint', step: at });
    const second = await train({ config, folder: first.folder, resume: true });
    expect(second.events[0]).toMatchObject({ kind: 'start', step: at });
    expect(second.completed).toBe(true);
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
    expect(second.metrics!.losses).toEqual(whole.losses);
    expect(second.metrics!.heldOutWer).toBe(whole.metrics!.heldOutWer);
    expect(await tensorsIn(second.folder)).toEqual(await tensorsIn(whole.folder));
  });

  it('only measures when there is nothing left to train', async () => {
    const whole = await train();
    const again = await train({ folder: whole.folder, resume: true });
    expect(again.losses).toEqual([]);
    expect(again.metrics!.losses).toEqual(whole.losses);
    expect(again.metrics!.heldOutWer).toBe(whole.metrics!.heldOutWer);
  });

  it('drops anew at every step', async () => {
    const still = { epochs: 4, learningRate: 1e-12, augment: { noise: 0, frequencyMasks: 0 } };
    const one = withTraining([corpus.sets.train[0]]);
    const dropped = await train({ config: configOf({ ...still, dropout: 0.5 }), corpus: one });
    expect(new Set(dropped.losses).size).toBe(4);
    const whole = await train({ config: configOf({ ...still, dropout: 0 }), corpus: one });
    expect(new Set(whole.losses).size).toBe(1);
  });

  it('clips the gradient at the norm that is configured', async () => {
    const config = configOf({
      epochs: 1,
      batchSize: 12,
      optimizer: 'sgd',
      momentum: 0,
      learningRate: 0.5,
      warmupSteps: 0,
      finalLearningRateFraction: 1,
      clipNorm: 0.01,
    });
    const { folder: where } = await train({ config });
    const { tensors, state } = await loadCheckpoint(join(where, CHECKPOINT));
    const model = modelOf((state as { recogniser: RecogniserState }).recogniser);
    let square = 0;
    for (const [name, start] of Object.entries(model.initialise(config.seed))) {
      const end = tensors[name].data as Float32Array;
      start.dataSync().forEach((value, i) => {
        square += (end[i] - value) ** 2;
      });
    }
    expect(Math.sqrt(square)).toBeCloseTo(0.5 * 0.01, 5);
  });

  it('skips utterances with too few frames for their letters, and counts them', async () => {
    const long = utterance('bad', 'long');
    const short = { ...long, id: 'short', transcript: 'a bad bad cab a dab a cab' };
    // Nine stacked frames spell nine letters, but not with a pair of equal ones among them.
    const tight = { ...long, id: 'tight', transcript: 'abcabcabc' };
    const pair = { ...long, id: 'pair', transcript: 'abcabcabb' };
    const train12 = corpus.sets.train;
    const plain = await train({ corpus: withTraining([...train12, tight]) });
    const mixed = await train({ corpus: withTraining([short, ...train12, tight, pair]) });
    expect(plain.events[0]).toMatchObject({ kind: 'start', skipped: 0 });
    expect(mixed.events[0]).toMatchObject({ kind: 'start', skipped: 2 });
    expect(mixed.losses).toEqual(plain.losses);
  });

  it('refuses a corpus without a usable training utterance, before anything is written', async () => {
    const where = await folder();
    const short = { ...utterance('a', 'short'), transcript: 'abcdabcd' };
    await expect(train({ corpus: withTraining([short]), folder: where })).rejects.toThrow(
      /The corpus letters has 1 training utterances, and in none are there enough frames/,
    );
    await expect(train({ corpus: withTraining([]), folder: where })).rejects.toThrow(InputError);
    expect(existsSync(join(where, CHECKPOINT))).toBe(false);
  });

  it('stops at features that are not finite, saying where, and saves nothing of it', async () => {
    for (const bad of [Number.NaN, Infinity]) {
      const broken = utterance('bad', 'broken');
      broken.features.fill(bad);
      const where = await folder();
      const run = train({ corpus: withTraining([...corpus.sets.train, broken]), folder: where });
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(/Training of compact stopped at step \d+: the loss is NaN|broken/);
    }
  });

  it('names the utterance whose features are not finite', async () => {
    const broken = utterance('bad', 'broken');
    broken.features[7] = Number.NaN;
    const config = configOf({ augment: { noise: 0, frequencyMasks: 0 } });
    await expect(train({ config, corpus: withTraining([...corpus.sets.train, broken]) })).rejects.toThrow(
      /broken/,
    );
  });

  it('refuses features of a wrong length, letters that are none, and models that are none', async () => {
    const [first, ...rest] = corpus.sets.train;
    const cut = { ...first, features: first.features.slice(1) };
    await expect(train({ corpus: withTraining([cut, ...rest]) })).rejects.toThrow(InputError);
    const foreign = { ...first, transcript: 'é' };
    await expect(train({ corpus: withTraining([foreign, ...rest]) })).rejects.toThrow(/train-0: letter "é"/);
    await expect(train({ model: 'other' })).rejects.toThrow(
      /has no model other, expected one of dense, compact/,
    );
  });

  it('refuses an empty test set before it trains, not after', async () => {
    const untestable = { ...corpus, sets: { ...corpus.sets, test: [] } };
    const losses: number[] = [];
    const onEvent = (event: { kind: string }) => event.kind === 'step' && losses.push(1);
    await expect(train({ corpus: untestable, onEvent })).rejects.toThrow(InputError);
    expect(losses).toEqual([]);
  });

  it('refuses a model that memory has no room for, by its name and size', async () => {
    const config = configOf({}, { models: [{ name: 'vast', layers: [{ hidden: 65_536 }] }] });
    await expect(train({ config, model: 'vast' })).rejects.toThrow(
      /^the model vast has 1718\d{7} parameters, for which memory has no room; expected fewer$/,
    );
    await expect(train({ config, model: 'vast' })).rejects.toThrow(InputError);
  });

  it('resumes no checkpoint that is not there, or is damaged', async () => {
    await expect(train({ resume: true })).rejects.toThrow(/checkpoint .* could not be read/);
    await expect(train({ resume: true })).rejects.toThrow(InputError);
  });

  it('resumes no checkpoint of another model', async () => {
    const { folder: where } = await train({ model: 'dense', config: configOf({ epochs: 1 }) });
    await expect(train({ model: 'compact', folder: where, resume: true })).rejects.toThrow(
      /is a checkpoint of the model dense, expected compact/,
    );
  });

  it('resumes no checkpoint of other sizes, and says which tensor differs', async () => {
    const { folder: where } = await train({ model: 'dense', config: configOf({ epochs: 1 }) });
    const wider = configOf({}, { models: [{ name: 'dense', layers: [{ hidden: 13 }] }] });
    await expect(train({ model: 'dense', config: wider, folder: where, resume: true })).rejects.toThrow(
      /checkpoint\.safetensors.*layers\.0/,
    );
  });

  it('resumes no checkpoint of another optimizer', async () => {
    const { folder: where } = await train({ config: configOf({ epochs: 1 }) });
    const run = train({ config: configOf({ optimizer: 'sgd' }), folder: where, resume: true });
    await expect(run).rejects.toThrow(/the tensor optimizer\.velocity\..* is missing/);
  });

  it('resumes no checkpoint that another configuration began: its losses would be of neither', async () => {
    const { folder: where } = await train({ config: configOf({ epochs: 1 }) });
    for (const config of [configOf({}, { seed: 99 }), configOf({ batchSize: 3 }), configOf({ epochs: 9 })]) {
      await expect(train({ config, folder: where, resume: true })).rejects.toThrow(InputError);
    }
  });

  it('resumes no checkpoint of another corpus, nor one that does not say of which it is', async () => {
    const { folder: where } = await train({ config: configOf({ epochs: 1 }) });
    const request = { config: configOf({ epochs: 1 }), folder: where, resume: true };
    const fewer = withTraining(corpus.sets.train.slice(1));
    const other = { ...corpus, sets: { ...corpus.sets, test: [utterance('cab', 'test-0')] } };
    for (const changed of [fewer, other]) {
      await expect(train({ ...request, corpus: changed })).rejects.toThrow(
        /checkpoint\.safetensors was trained on another corpus; expected the recordings.* of now: it cannot be resumed$/,
      );
    }
    expect((await train({ ...request, corpus: { ...corpus, name: 'renamed' } })).completed).toBe(true);
    const { tensors, state } = await loadCheckpoint(join(where, CHECKPOINT));
    const { corpusSha256, ...unknown } = state as { corpusSha256: string };
    await saveCheckpoint(join(where, CHECKPOINT), { tensors, state: unknown });
    await expect(train(request)).rejects.toThrow(/does not say what it was trained on; expected/);
    expect(corpusSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves equal bytes wherever the recordings lie, and goes on from there', async () => {
    const at = (path: string) => configOf({ epochs: 1 }, { corpus: path });
    const [here, there] = [
      await train({ config: at('/here/list.tsv') }),
      await train({ config: at('/there/list.tsv') }),
    ];
    const [one, other] = await Promise.all(
      [here, there].map(({ folder: at }) => readFile(join(at, CHECKPOINT))),
    );
    expect(one!.equals(other!)).toBe(true);
    const moved = await train({ config: at('/moved/list.tsv'), folder: here.folder, resume: true });
    expect(moved.completed).toBe(true);
  });

  it('resumes no checkpoint whose state is not that of a training', async () => {
    const { folder: where } = await train({ config: configOf({ epochs: 1 }) });
    await saveCheckpoint(join(where, CHECKPOINT), { tensors: await tensorsIn(where), state: { other: 1 } });
    await expect(train({ folder: where, resume: true })).rejects.toThrow(InputError);
  });
});

describe('TrainingData', () => {
  it('gives every utterance once an epoch, with its own letters and frames', () => {
    const data = new TrainingData(corpus, configOf({ batchSize: 5 }));
    expect([data.stepsPerEpoch, data.skipped]).toEqual([3, 0]);
    for (const epoch of [1, 2, 7]) {
      const steps = [1, 2, 3].map((i) => 3 * (epoch - 1) + i);
      const sizes = steps.map((step) => data.size(step));
      expect(sizes.map((size) => size.epoch)).toEqual([epoch, epoch, epoch]);
      const batches = steps.map((step) => data.batch(step));
      const spelled = batches.flatMap(({ labels, frames }) =>
        labels.map((own, b) => `${own.join()} ${frames[b]}`),
      );
      const expected = corpus.sets.train.map(
        ({ transcript, frames, id }) => `${encode(transcript, id).join()} ${frames / 2}`,
      );
      expect(spelled.sort()).toEqual(expected.sort());
      const audio = corpus.sets.train.reduce((total, { frames }) => total + frames, 0);
      expect(sizes.reduce((total, { audioFrames }) => total + audioFrames, 0)).toBe(audio);
      expect(sizes.map(({ utterances }) => utterances)).toEqual(batches.map(({ labels }) => [labels.length]));
    }
  });

  it('cuts a batch into shards, which have the same utterances with the same features', () => {
    const whole = new TrainingData(corpus, configOf({ batchSize: 5 }));
    const utterancesOf = ({ values, time, frames, labels }: TrainingBatch) =>
      labels.map((own, b) => {
        const width = values.length / (time * labels.length);
        const rows = Array.from({ length: frames[b] }, (_, t) => (t * labels.length + b) * width);
        return [own, rows.map((start) => values.slice(start, start + width))];
      });
    for (const shards of [2, 3, 7]) {
      const data = new TrainingData(corpus, configOf({ batchSize: 5, shards }));
      for (const step of [1, 2, 3, 4]) {
        const parts = Array.from({ length: shards }, (_, shard) => data.batch(step, shard));
        expect(parts.flatMap(utterancesOf)).toEqual(utterancesOf(whole.batch(step)));
        const { audioFrames, epoch } = whole.size(step);
        expect(data.size(step)).toEqual({
          epoch,
          audioFrames,
          utterances: parts.map(({ labels }) => labels.length),
          rows: parts.reduce((rows, { time, labels }) => rows + time * labels.length, 0),
        });
      }
    }
  });

  it('gives a batch by its number alone, whatever was asked before', () => {
    const [a, b] = [new TrainingData(corpus, configOf()), new TrainingData(corpus, configOf())];
    for (const step of [9, 2, 9, 1, 12]) a.batch(step);
    for (const step of [1, 4, 12]) expect(b.batch(step)).toEqual(a.batch(step));
    expect(a.batch(1).values).not.toEqual(a.batch(4).values);
  });

  it('augments an utterance anew in every epoch', () => {
    const data = new TrainingData(withTraining([corpus.sets.train[0]]), configOf());
    expect(data.batch(1).values).not.toEqual(data.batch(2).values);
    const plain = configOf({ augment: { noise: 0, frequencyMasks: 0 } });
    const same = new TrainingData(withTraining([corpus.sets.train[0]]), plain);
    expect(same.batch(1).values).toEqual(corpus.sets.train[0].features);
    expect(same.batch(2).values).toEqual(same.batch(1).values);
  });

  it('masks time in stacked frames, as its width is configured', () => {
    const one = { ...utterance('bad cab', 'ones') };
    one.features.fill(1);
    const augment = { noise: 0, frequencyMasks: 0, timeMasks: 2, timeMaskWidth: 3 };
    const data = new TrainingData(withTraining([one]), configOf({ augment }));
    let masked = 0;
    for (let step = 1; step <= 30; step++) {
      const { values, time } = data.batch(step);
      for (let t = 0; t < time; t++) {
        const row = new Set(values.subarray(2 * bands * t, 2 * bands * (t + 1)));
        expect(row.size, 'a row is masked as a whole').toBe(1);
        if (row.has(0)) masked++;
      }
    }
    expect(masked).toBeGreaterThan(0);
  });
});
