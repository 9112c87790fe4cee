import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError, logSoftmax, tensor } from '../../../src/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../src/io/checkpoint.ts';
import { alphabetSize } from '../../../src/tasks/speech/alphabet.ts';
import { evaluateRecogniser } from '../../../src/tasks/speech/evaluate.ts';
import { loadRecogniser, modelOf, type RecogniserState } from '../../../src/tasks/speech/recogniser.ts';
import { CHECKPOINT } from '../../../src/tasks/training/savedTensors.ts';
import { distance } from '../../testing/values.ts';
import { bands, configOf, corpus, folder, train } from './letterCorpus.ts';

let run: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  run = await train({ config: configOf({ epochs: 25 }) });
});

const examplesOf = (recogniser: Awaited<ReturnType<typeof loadRecogniser>>) =>
  corpus.sets.test.map(({ features, frames }) => recogniser.example(features, frames, bands));

/** The checkpoint of the run with changes, in a folder of its own. */
async function changed(
  change: (checkpoint: Awaited<ReturnType<typeof loadCheckpoint>>) => object,
): Promise<string> {
  const where = await folder();
  const checkpoint = await loadCheckpoint(join(run.folder, CHECKPOINT));
  await saveCheckpoint(join(where, CHECKPOINT), { ...checkpoint, ...change(checkpoint) });
  return where;
}

describe('a loaded recogniser', () => {
  it('scores as the trained one did, to the last digit', async () => {
    const recogniser = await loadRecogniser(run.folder);
    expect(recogniser.name).toBe('compact');
    const { metrics } = run;
    const test = evaluateRecogniser(recogniser, corpus.sets.test);
    expect(test).toMatchObject({
      wer: metrics!.heldOutWer,
      greedyWer: metrics!.heldOutGreedyWer,
      greedyLer: metrics!.heldOutLetterErrorRate,
      werInterval: metrics!.heldOutWerInterval,
      words: metrics!.heldOutWords,
      utterances: 3,
    });
    expect(evaluateRecogniser(recogniser, corpus.sets.other)).toEqual(metrics!.otherSets.other);
    expect(recogniser.summary().parameters).toBe(metrics!.parameters);
  });

  it('gives the posteriors that its saved numbers give when the model is applied by hand', async () => {
    const recogniser = await loadRecogniser(run.folder);
    const { tensors, state } = await loadCheckpoint(join(run.folder, CHECKPOINT));
    const model = modelOf((state as { recogniser: RecogniserState }).recogniser);
    const parameters = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => [
        name,
        tensor(Float32Array.from(tensors[name].data as Float32Array), shape),
      ]),
    );
    const examples = examplesOf(recogniser);
    const posteriors = recogniser.posteriors(examples);
    examples.forEach(({ frames, inputs }, b) => {
      const x = tensor(inputs, [frames, 1, 2 * bands]);
      const expected = logSoftmax(model.apply(parameters, x).y).dataSync();
      expect(posteriors[b].frames).toBe(frames);
      expect(distance(posteriors[b].logProbs, expected)).toBeLessThan(1e-5);
    });
  });

  it('gives probabilities, alike on both backends and in any company', async () => {
    const [wasm, reference] = [
      await loadRecogniser(run.folder, 'wasm'),
      await loadRecogniser(run.folder, 'reference'),
    ];
    const together = wasm.posteriors(examplesOf(wasm));
    const others = reference.posteriors(examplesOf(reference));
    const alone = examplesOf(wasm).map((example) => wasm.posteriors([example])[0]);
    together.forEach(({ logProbs, frames }, i) => {
      expect(logProbs).toHaveLength(frames * alphabetSize);
      for (let t = 0; t < frames; t++) {
        const row = Array.from(logProbs.subarray(t * alphabetSize, (t + 1) * alphabetSize));
        expect(row.reduce((total, p) => total + Math.exp(p), 0)).toBeCloseTo(1, 5);
      }
      expect(distance(logProbs, others[i].logProbs)).toBeLessThan(1e-5);
      expect(distance(logProbs, alone[i].logProbs)).toBeLessThan(1e-5);
    });
    await loadRecogniser(run.folder, 'wasm');
  });

  it('has weights in 8 bits for a quantised twin, which hears nearly the same', async () => {
    const recogniser = await loadRecogniser(run.folder);
    const quantised = recogniser.quantised();
    const examples = examplesOf(recogniser);
    const [exact, rounded] = [recogniser, quantised].map((own) => own.posteriors(examples));
    exact.forEach(({ frames, logProbs }, i) => {
      expect(rounded[i].frames).toBe(frames);
      const far = distance(rounded[i].logProbs, logProbs);
      expect(far).toBeGreaterThan(1e-6);
      expect(far).toBeLessThan(0.05);
    });
    // Every utterance begins anew, whatever came before.
    expect(quantised.posteriors([...examples].reverse()).reverse()).toEqual(rounded);
    const { wer } = evaluateRecogniser(recogniser, corpus.sets.test);
    expect(Math.abs(evaluateRecogniser(quantised, corpus.sets.test).wer - wer)).toBeLessThan(0.2);
    expect(quantised.summary()).toEqual(recogniser.summary());
  });

  it('decodes with words of the training sentences', async () => {
    const recogniser = await loadRecogniser(run.folder);
    const words = new Set(corpus.sets.train.flatMap(({ transcript }) => transcript.split(' ')));
    for (const posteriors of recogniser.posteriors(examplesOf(recogniser))) {
      const text = recogniser.decode(posteriors);
      for (const word of text === '' ? [] : text.split(' ')) expect(words).toContain(word);
    }
  });

  it.each([8000, 16000, 44100])('transcribes a tone at %i Hz without complaint', async (sampleRate) => {
    const recogniser = await loadRecogniser(run.folder);
    const samples = Float32Array.from(
      { length: sampleRate / 2 },
      (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / sampleRate),
    );
    const { words, greedy } = await recogniser.transcribe({ samples, sampleRate });
    expect(typeof words).toBe('string');
    expect(greedy).toMatch(/^[a-z' ]*$/);
    expect(await recogniser.transcribe({ samples, sampleRate })).toEqual({ words, greedy });
  });

  it('transcribes silence, and refuses samples that are no numbers', async () => {
    const recogniser = await loadRecogniser(run.folder);
    const { words } = await recogniser.transcribe({ samples: new Float32Array(8000), sampleRate: 16000 });
    expect(typeof words).toBe('string');
    const samples = new Float32Array(8000).fill(Number.NaN);
    await expect(recogniser.transcribe({ samples, sampleRate: 16000 })).rejects.toThrow(InputError);
  });

  it('refuses features that do not fit', async () => {
    const recogniser = await loadRecogniser(run.folder);
    expect(() => recogniser.example(new Float32Array(10), 3, bands)).toThrow(InputError);
  });

  it('refuses to score nothing', async () => {
    const recogniser = await loadRecogniser(run.folder);
    expect(() => evaluateRecogniser(recogniser, [])).toThrow(InputError);
  });

  it('reports its progress to the end', async () => {
    const recogniser = await loadRecogniser(run.folder);
    const many = Array.from({ length: 35 }, (_, i) => corpus.sets.train[i % 12]);
    const seen: [number, number][] = [];
    evaluateRecogniser(recogniser, many, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [16, 35],
      [32, 35],
      [35, 35],
    ]);
  });
});

describe('loadRecogniser', () => {
  it('refuses a folder without a checkpoint', async () => {
    const where = await folder();
    await expect(loadRecogniser(where)).rejects.toThrow(InputError);
    await expect(loadRecogniser(where)).rejects.toThrow(/checkpoint\.safetensors could not be read/);
  });

  it('refuses a checkpoint in which any byte is damaged or missing', async () => {
    const bytes = await readFile(join(run.folder, CHECKPOINT));
    const where = await folder();
    const places = [0, 9, 200, Math.floor(bytes.length / 2), bytes.length - 1];
    for (const place of places) {
      const damaged = Uint8Array.from(bytes);
      damaged[place] ^= 0x10;
      await writeFile(join(where, CHECKPOINT), damaged);
      await expect(loadRecogniser(where), `byte ${place}`).rejects.toThrow(InputError);
    }
    for (const length of [0, 7, 100, bytes.length - 1]) {
      await writeFile(join(where, CHECKPOINT), bytes.subarray(0, length));
      await expect(loadRecogniser(where), `${length} bytes`).rejects.toThrow(InputError);
    }
  });

  it('refuses a checkpoint that lacks a tensor, or has it in another shape, by name', async () => {
    const without = await changed(({ tensors }) => {
      const { 'head.weight': _, ...others } = tensors;
      return { tensors: others };
    });
    await expect(loadRecogniser(without)).rejects.toThrow(
      /checkpoint\.safetensors, byte 0: the tensor head\.weight is missing/,
    );
    const turned = await changed(({ tensors }) => ({
      tensors: { ...tensors, 'head.weight': { ...tensors['head.weight'], shape: [6, 29] } },
    }));
    await expect(loadRecogniser(turned)).rejects.toThrow(
      /the tensor head\.weight is F32 \[6, 29\], expected F32 \[29, 6\]/,
    );
  });

  it('refuses a checkpoint whose configuration has no such model', async () => {
    const where = await changed(({ state }) => {
      const { recogniser, ...rest } = state as { recogniser: RecogniserState };
      return { state: { ...rest, recogniser: { ...recogniser, model: 'other' } } };
    });
    await expect(loadRecogniser(where)).rejects.toThrow(/has no model other/);
  });

  it('refuses a checkpoint of something else', async () => {
    for (const state of [{}, null, [], 'text', { recogniser: null }, { recogniser: { config: {} } }]) {
      const where = await changed(() => ({ state }));
      await expect(loadRecogniser(where), JSON.stringify(state)).rejects.toThrow(InputError);
    }
  });

  it('refuses numbers that are not finite', async () => {
    const where = await changed(({ tensors }) => {
      const { shape, dtype, data } = tensors['head.bias'];
      const values = Float32Array.from(data as Float32Array).fill(Number.NaN);
      return { tensors: { ...tensors, 'head.bias': { shape, dtype, data: values } } };
    });
    await expect(loadRecogniser(where)).rejects.toThrow(InputError);
  });

  it('refuses a backend that does not exist', async () => {
    await expect(loadRecogniser(run.folder, 'gpu' as 'wasm')).rejects.toThrow(InputError);
  });
});
