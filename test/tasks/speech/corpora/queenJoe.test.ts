import { readdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadCorpus } from '../../../../src/tasks/speech/corpora/index.ts';
import { setOf } from '../../../../src/tasks/speech/corpora/split.ts';
import { fakeDebian } from './fakeDebian.ts';
import { archive, cutscene, dialogue, mp3Tone } from './queen/gameFiles.ts';
import { temporaryFolder } from './temporaryFolder.ts';

afterEach(() => vi.unstubAllEnvs());

function stubDebian(game: Uint8Array, path = 'usr/share/scummvm/flight-of-the-amazon-queen/queen.1c'): void {
  const files = { [path]: game };
  vi.stubEnv('PATH', `${fakeDebian(files)}${delimiter}${process.env['PATH']}`);
}

describe('the corpus queen-joe', () => {
  test('has what Joe says, tells what it leaves out, and keeps features alone', async () => {
    const texts = Buffer.from("Neat.*02(sigh)*02It's room 9\r\nwalk to\r\non\r\nto\r\nNo way!", 'latin1');
    stubDebian(
      archive({
        '060001J1.SB': mp3Tone(20, 40),
        '060001P1.SB': mp3Tone(20, 100),
        '060002J1.SB': mp3Tone(20, 100),
        'A.DOG': dialogue(6, 1, { 1: 'One.', 2: 'Two.' }, 'Bye.'),
        'B.DOG': dialogue(6, 1, { 2: 'Too?' }, 'Bye.'),
        'C1.CUT': cutscene([{ actor: 0, text: '*FRNo WAY...' }]),
        'C1___012.SB': mp3Tone(30, 220),
        'JOE00011.SB': mp3Tone(20, 220),
        'JOE00411.SB': mp3Tone(20, 60),
        'JOE00412.SB': mp3Tone(20, 80),
        'JOE00413.SB': mp3Tone(20, 80),
        'QUEEN2.JAS': texts,
      }),
    );
    const cacheFolder = temporaryFolder();
    const notices: string[] = [];
    const calls: unknown[] = [];
    const corpus = await loadCorpus('queen-joe', {
      cacheFolder,
      onNotice: (line) => notices.push(line),
      onProgress: (...call) => calls.push(call),
    });
    expect(corpus.name).toBe('queen-joe');
    const all = Object.entries(corpus.sets).flatMap(([set, utterances]) =>
      utterances.map((utterance) => ({ set, ...utterance })),
    );
    expect(all.map(({ id, transcript }) => [id, transcript]).sort()).toEqual([
      ['060001J1', 'one'],
      ['C1___012', 'no way'],
      ['JOE00011', 'no way'],
      ['JOE00411', 'neat'],
    ]);
    for (const { set, transcript, voice, frames, features } of all) {
      expect(set).toBe(setOf(transcript));
      expect(voice).toBe('joe');
      // About a second of tone, and 100 ms of silence on both sides.
      expect(frames).toBeGreaterThan(100);
      expect(features).toHaveLength(frames * corpus.bands);
      expect(features.every(Number.isFinite)).toBe(true);
    }
    expect(notices).toEqual([
      'queen-joe: 4 utterances; left out: 1 without words, 1 with numbers, signs or drawn-out sounds, 1 with two texts.',
    ]);
    expect(calls).toEqual([1, 2, 3, 4].map((done) => [done, 4, 'reading queen-joe']));
    expect(readdirSync(cacheFolder)).toHaveLength(1);
    vi.stubEnv('PATH', '');
    expect(await loadCorpus('queen-joe', { cacheFolder })).toEqual(corpus);
  });

  test('leaves nothing where the archive is another', async () => {
    stubDebian(Uint8Array.of(1, 2, 3));
    const cacheFolder = temporaryFolder();
    await expect(loadCorpus('queen-joe', { cacheFolder })).rejects.toThrow(
      /queen\.1c: at byte 0 the archive ends after 3 bytes/,
    );
    stubDebian(archive({}), 'usr/share/elsewhere/queen.1c');
    await expect(loadCorpus('queen-joe', { cacheFolder })).rejects.toThrow(
      /"queen-joe" is not where it should be in Debian's package: there is no such file or folder$/,
    );
    expect(readdirSync(cacheFolder)).toEqual([]);
  });
});
