import { describe, expect, test } from 'vitest';
import { normaliseLevel } from '../../../../src/tasks/speech/audio/level.ts';
import { resample } from '../../../../src/tasks/speech/audio/resample.ts';
import { sayWithEspeak } from '../../../../src/tasks/speech/corpora/queries/synthesis/espeak.ts';
import { ESPEAK_VOICES } from '../../../../src/tasks/speech/corpora/queries/voices.ts';
import { logMel } from '../../../../src/tasks/speech/features/logMel.ts';

const SETS = ['train', 'development', 'test'] as const;
const parts = (set: (typeof SETS)[number], part: 0 | 1): Set<string> =>
  new Set(ESPEAK_VOICES[set].flatMap((voice) => voice.split('+')[part] ?? []));

describe('voices', () => {
  test('of train, development and test share neither accent nor variant', () => {
    for (const part of [0, 1] as const) {
      const all = SETS.flatMap((set) => [...parts(set, part)]);
      expect(new Set(all).size).toBe(all.length);
    }
    expect(ESPEAK_VOICES.train.length).toBeGreaterThan(300);
    expect(ESPEAK_VOICES.test.length).toBeGreaterThanOrEqual(9);
    for (const set of SETS) expect(new Set(ESPEAK_VOICES[set]).size).toBe(ESPEAK_VOICES[set].length);
  });

  test('held out sound unlike every voice of training', async () => {
    const timbre = async (variant: string): Promise<number[]> => {
      const how = { voice: `en-us+${variant}`, rate: 175, pitch: 50, range: 50 };
      const audio = await sayWithEspeak('call john smith', how);
      const samples = normaliseLevel(resample(audio.samples, audio.sampleRate, 16000));
      const { frames, bands, features } = logMel(samples, 16000, { normalise: false });
      const mean = new Array<number>(bands).fill(0);
      features.forEach((x, i) => {
        mean[i % bands]! += x / frames;
      });
      return mean;
    };
    const trained = await Promise.all([...parts('train', 1)].map(timbre));
    for (const set of ['development', 'test'] as const) {
      for (const variant of parts(set, 1)) {
        const held = await timbre(variant);
        const distances = trained.map(
          (other) => Math.hypot(...other.map((x, b) => x - held[b]!)) / Math.sqrt(held.length),
        );
        expect(Math.min(...distances), variant).toBeGreaterThan(0.55);
      }
    }
  });
});
