import { readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadAsterisk } from '../../../../src/tasks/speech/corpora/asterisk.ts';
import { asteriskTranscripts } from '../../../../src/tasks/speech/corpora/asteriskTranscripts.ts';
import { wav } from '../audio/wavBytes.ts';
import { fakeDebian } from './fakeDebian.ts';
import { temporaryFolder } from './temporaryFolder.ts';

describe('asteriskTranscripts', () => {
  test('writes out what is certain and counts what is not', () => {
    const { prompts, dropped } = asteriskTranscripts(
      [
        '; a comment: not a prompt',
        '',
        'digits/a-m: A.M.',
        'menu:  ...Press 1, or 2 - it\'s up to "you"!',
        'letters/plus: plus [+]',
        're-do: Re-do?\r',
        'tone: [two tones]',
        'beep: <beep>',
        'pause: (1 second of silence)',
        'port: Port 8500',
        'net: Use IP now',
        'three: 3D sound',
        'star: press * now',
        'remark: Speak. (then a tone)',
      ].join('\n'),
    );
    expect(prompts).toEqual([
      { id: 'digits/a-m', transcript: 'a m' },
      { id: 'menu', transcript: "press one or two it's up to you" },
      { id: 'letters/plus', transcript: 'plus' },
      { id: 're-do', transcript: 're do' },
    ]);
    expect(dropped).toEqual({ wordless: 3, uncertain: 5 });
  });
});

describe('loadAsterisk', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Debian's packages, with prompts of our own. */
  function prompts(): Record<string, Uint8Array> {
    const tone = (seconds: number): Uint8Array => {
      const samples = Array.from({ length: 8000 * seconds }, (_, n) => Math.sin(n) / 2);
      return wav(samples, { encoding: 1, bits: 16, sampleRate: 8000 });
    };
    const sounds = 'usr/share/asterisk/sounds/en_US_f_Allison';
    const list = 'hello: Hello there.\ndigits/1: one\nlong: on and on\nlost: not recorded\nbeep: [beep]\n';
    return {
      [`${sounds}/hello.wav`]: tone(1),
      [`${sounds}/digits/1.wav`]: tone(1),
      [`${sounds}/long.wav`]: tone(21),
      'usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz': gzipSync(list),
    };
  }

  test('fetches, unpacks, leaves out with notice, and keeps features alone', async () => {
    vi.stubEnv('PATH', `${fakeDebian(prompts())}${delimiter}${process.env['PATH']}`);
    const cacheFolder = temporaryFolder();
    const notices: string[] = [];
    const corpus = await loadAsterisk({ cacheFolder, onNotice: (line) => notices.push(line) });
    const all = Object.values(corpus.sets).flat();
    expect(all.map(({ id, transcript }) => [id, transcript]).sort()).toEqual([
      ['digits/1', 'one'],
      ['hello', 'hello there'],
    ]);
    expect(all.every(({ frames, features }) => features.length === frames * corpus.bands)).toBe(true);
    expect(notices).toEqual([
      'asterisk: 2 utterances; left out: 1 without words, 0 with numbers, abbreviations or signs, 1 without a recording, 1 longer than 20 s.',
    ]);
    expect(readdirSync(cacheFolder)).toHaveLength(1);
    vi.stubEnv('PATH', '');
    expect(await loadAsterisk({ cacheFolder })).toEqual(corpus);
  });

  test('says what is missing or failed, and leaves nothing', async () => {
    const cacheFolder = temporaryFolder();
    const tools = temporaryFolder();
    vi.stubEnv('PATH', tools);
    await expect(loadAsterisk({ cacheFolder })).rejects.toThrow(
      /fetched with apt-get, which failed: it is not installed/,
    );
    writeFileSync(join(tools, 'apt-get'), '#!/bin/sh\necho "E: no such package" >&2\nexit 100\n', {
      mode: 0o755,
    });
    await expect(loadAsterisk({ cacheFolder })).rejects.toThrow(/apt-get, which failed: E: no such package/);
    expect(readdirSync(cacheFolder)).toEqual([]);
  });
});
