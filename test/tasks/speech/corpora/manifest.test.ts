import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { loadCorpus } from '../../../../src/tasks/speech/corpora/index.ts';
import { loadManifest } from '../../../../src/tasks/speech/corpora/manifest.ts';
import { setOf, splitSentences } from '../../../../src/tasks/speech/corpora/split.ts';
import { wav } from '../audio/wavBytes.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const tone = (rate: number): number[] =>
  Array.from({ length: rate / 2 }, (_, n) => Math.sin((n * 2000) / rate) / 2);

/** A folder with two recordings, and a manifest of these lines. */
function manifest(...lines: string[]): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'clips'));
  writeFileSync(join(folder, 'clips/a.wav'), wav(tone(8000), { encoding: 1, bits: 16, sampleRate: 8000 }));
  writeFileSync(join(folder, 'clips/b.wav'), wav(tone(44100), { encoding: 3, bits: 32, sampleRate: 44100 }));
  writeFileSync(join(folder, 'list.txt'), lines.join('\n'));
  return join(folder, 'list.txt');
}

async function failure(path: string): Promise<string> {
  const error = await loadManifest(path, { cacheFolder: temporaryFolder() }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

describe('loadManifest', () => {
  test('reads tab-separated lines, recordings of any rate, and splits by the text', async () => {
    const path = manifest('\uFEFFclips/a.wav\tHello,  World!\r', '', 'clips/b.wav\tIt\u2019s —', '');
    const calls: unknown[] = [];
    const corpus = await loadManifest(path, {
      cacheFolder: temporaryFolder(),
      onProgress: (...call) => calls.push(call),
    });
    expect(corpus.name).toBe('list.txt');
    expect(corpus.bands).toBe(40);
    expect(Object.keys(corpus.sets)).toEqual(['train', 'development', 'test']);
    const all = Object.entries(corpus.sets).flatMap(([set, utterances]) =>
      utterances.map((u) => ({ set, ...u })),
    );
    expect(all.map(({ id, transcript }) => [id, transcript]).sort()).toEqual([
      ['clips/a.wav', 'hello world'],
      ['clips/b.wav', "it's"],
    ]);
    const splits = splitSentences(['hello world', "it's"]);
    for (const { set, transcript, frames, features } of all) {
      expect(set).toBe(splits.get(transcript));
      // Half a second of tone with 100 ms of padding on both sides.
      expect(frames).toBe(1 + Math.floor((0.7 - 0.025) / 0.01));
      expect(features).toHaveLength(frames * 40);
    }
    expect(calls).toEqual([
      [1, 2, 'reading list.txt'],
      [2, 2, 'reading list.txt'],
    ]);
  });

  test('reads JSON lines, and sets and voices where every line names them', async () => {
    const path = manifest(
      '{"audio": "clips/a.wav", "text": "one", "set": "test", "voice": "ann"}',
      '{"audio": "clips/b.wav", "text": "two", "set": "far"}',
    );
    const { sets } = await loadCorpus(path, { cacheFolder: temporaryFolder() });
    expect(sets['test']!.map(({ voice, transcript }) => [voice, transcript])).toEqual([['ann', 'one']]);
    expect(sets['far']!.map(({ voice }) => voice)).toEqual(['unnamed']);
    expect(sets['train']).toEqual([]);
  });

  test('has sets of any name', async () => {
    const line = (name: string, set: string) =>
      `{"audio": "clips/${name}.wav", "text": "x", "set": "${set}"}`;
    const path = manifest(line('a', 'constructor'), line('b', 'train'));
    const cacheFolder = temporaryFolder();
    for (const _ of ['made', 'kept']) {
      const { sets } = await loadManifest(path, { cacheFolder });
      expect(Object.keys(sets)).toEqual(['train', 'development', 'test', 'constructor']);
      expect(sets['constructor']!.map(({ id }) => id)).toEqual(['clips/a.wav']);
    }
  });

  test('says in words why nothing can be kept', async () => {
    const path = manifest('clips/a.wav\tone', 'clips/b.wav\ttwo');
    await expect(loadManifest(path, { cacheFolder: path })).rejects.toThrow(
      /^The corpus cannot be kept in .*: (a part of the path is a file, not a folder|it exists already)$/,
    );
  });

  test('keeps features until the manifest or a recording changes', async () => {
    const path = manifest('clips/a.wav\tone', 'clips/b.wav\ttwo');
    const cacheFolder = temporaryFolder();
    let made = 0;
    const load = () => loadManifest(path, { cacheFolder, onProgress: () => made++ });
    const first = await load();
    expect(await load()).toEqual(first);
    expect(made).toBe(2);
    writeFileSync(
      join(path, '../clips/a.wav'),
      wav(tone(11025), { encoding: 1, bits: 16, sampleRate: 11025 }),
    );
    const second = await load();
    expect(made).toBe(4);
    expect(second).not.toEqual(first);
    writeFileSync(path, 'clips/a.wav\tone\nclips/b.wav\tthree');
    const third = await load();
    expect(made).toBe(6);
    expect(
      Object.values(third.sets)
        .flat()
        .map(({ transcript }) => transcript)
        .sort(),
    ).toEqual(['one', 'three']);
  });

  test('names manifest, line and fault in every error', async () => {
    expect(await failure('/nowhere/list.txt')).toMatch(
      /^\/nowhere\/list\.txt could not be read: there is no such file/,
    );
    expect(await failure(manifest(''))).toMatch(/list\.txt is empty/);
    expect(await failure(manifest('clips/a.wav\tfine', 'clips/c.wav\tgone'))).toMatch(
      /list\.txt, line 2: the audio file clips\/c\.wav cannot be read: there is no such file or folder$/,
    );
    expect(await failure(manifest('clips\tfolder'))).toMatch(
      /line 1: the audio file clips cannot be read: it is a folder, not a file$/,
    );
    expect(await failure(manifest('list.txt\tnot audio'))).toMatch(
      /line 1: list\.txt, byte 0: .*not a WAV file/,
    );
    expect(await failure(manifest('clips/a.wav fine'))).toMatch(/line 1: 0 tabs found/);
    expect(await failure(manifest('clips/a.wav\tone\ttwo'))).toMatch(/line 1: 2 tabs found/);
    expect(await failure(manifest('', 'clips/a.wav\t?!'))).toMatch(
      /line 2: the transcript "\?!" has no words/,
    );
    expect(await failure(manifest('clips/a.wav\troom 5'))).toMatch(/line 1: letter "5"/);
    expect(await failure(manifest('clips/a.wav\tcafé'))).toMatch(/line 1: letter "é"/);
    expect(await failure(manifest('clips/a.wav\twell-known'))).toMatch(/line 1: letter "-"/);
    expect(await failure(manifest('clips/a.wav\tone', 'clips/a.wav\ttwo'))).toMatch(
      /line 2: clips\/a\.wav is listed already at .*line 1/,
    );
    expect(await failure(manifest('clips/a.wav\tone', './clips//a.wav\ttwo'))).toMatch(
      /line 2: \.\/clips\/\/a\.wav is listed already at .*line 1/,
    );
    const linked = manifest('clips/a.wav\tone', 'clips/link.wav\ttwo');
    symlinkSync('a.wav', join(linked, '../clips/link.wav'));
    expect(await failure(linked)).toMatch(
      /line 2: clips\/link\.wav is the recording that is listed at .*line 1\.$/,
    );
    expect(await failure(manifest('{"audio": "clips/a.wav"'))).toMatch(/line 1: not a JSON object/);
    expect(await failure(manifest('{"audio": "clips/a.wav"}'))).toMatch(
      /line 1: text is missing; expected what is said in the recording$/,
    );
    expect(await failure(manifest('{"audio": "clips/a.wav", "text": "x", "speaker": 1}'))).toMatch(
      /line 1: speaker is not a known key; Known here: audio, text, set, voice$/,
    );
    expect(await failure(manifest('{"audio": "clips/a.wav", "text": "x", "set": "../x"}'))).toMatch(
      /line 1: set is "..\/x"; expected lower-case letters, digits and hyphens, such as train/,
    );
    expect(
      await failure(
        manifest(
          '{"audio": "clips/a.wav", "text": "x", "set": "train"}',
          '{"audio": "clips/b.wav", "text": "y"}',
        ),
      ),
    ).toMatch(/line 2: no set is named, but one is at .*line 1/);
  });

  test('refuses audio outside the manifest’s folder, also through a link', async () => {
    expect(await failure(manifest('../a.wav\tx'))).toMatch(/line 1: the audio path \.\.\/a\.wav leads out/);
    expect(await failure(manifest('clips/../../a.wav\tx'))).toMatch(/leads out/);
    const outside = manifest('clips/a.wav\tx');
    expect(await failure(manifest(`${join(outside, '../clips/a.wav')}\tx`))).toMatch(/leads out/);
    const path = manifest('clips/link.wav\tx');
    symlinkSync(join(outside, '../clips/a.wav'), join(path, '../clips/link.wav'));
    expect(await failure(path)).toMatch(/line 1: the audio path clips\/link\.wav leads out/);
  });
});

describe('loadCorpus', () => {
  test('lists the names that there are', async () => {
    await expect(loadCorpus('queries-huge', { cacheFolder: 'never-made' })).rejects.toThrow(
      /"queries-huge" is neither .* queries-small, queries-varied, queries-medium, queries-comparison, queries-large, asterisk, queen-joe/,
    );
  });
});

test('a corpus that is none is told which may be meant', async () => {
  await expect(loadCorpus('querys-small', { cacheFolder: 'never-made' })).rejects.toThrow(
    /^"querys-small" is neither a corpus nor a manifest file; did you mean queries-small\? expected queries-small, /,
  );
});

describe('setOf', () => {
  test('gives about 80, 10 and 10 % of texts', () => {
    const counts = { train: 0, development: 0, test: 0 };
    for (let i = 0; i < 10_000; i++) counts[setOf(`sentence ${i}`)]++;
    expect(Math.abs(counts.train - 8000)).toBeLessThan(160);
    expect(Math.abs(counts.development - 1000)).toBeLessThan(120);
    expect(Math.abs(counts.test - 1000)).toBeLessThan(120);
  });
});
