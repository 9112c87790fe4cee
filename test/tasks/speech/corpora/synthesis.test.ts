import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Audio } from '../../../../src/tasks/speech/audio/wav.ts';
import { explainMissing } from '../../../../src/tasks/speech/corpora/packages.ts';
import { sayWithEspeak } from '../../../../src/tasks/speech/corpora/queries/synthesis/espeak.ts';
import { sayWithFlite } from '../../../../src/tasks/speech/corpora/queries/synthesis/flite.ts';
import { ESPEAK_VOICES, FLITE_VOICES } from '../../../../src/tasks/speech/corpora/queries/voices.ts';

const plain = { voice: 'en', rate: 175, pitch: 50, range: 50 };
const digest = ({ samples }: Audio): string => createHash('sha256').update(samples).digest('hex');
const seconds = ({ samples, sampleRate }: Audio): number => samples.length / sampleRate;

describe('sayWithEspeak', () => {
  test('says the same whatever was said before', async () => {
    const first = await sayWithEspeak('call anna tonight', { ...plain, voice: 'en-us+f3' });
    await sayWithEspeak('something else in another voice', {
      ...plain,
      voice: 'en-gb-scotland+m3',
      rate: 220,
      pitch: 80,
    });
    const again = await sayWithEspeak('call anna tonight', { ...plain, voice: 'en-us+f3' });
    expect(first.sampleRate).toBe(22050);
    expect(seconds(first)).toBeGreaterThan(0.6);
    expect(seconds(first)).toBeLessThan(3);
    expect(Math.max(...first.samples.map(Math.abs))).toBeGreaterThan(0.1);
    expect(digest(again)).toBe(digest(first));
  });

  test('has distinct voices, and heeds rate, pitch and range', async () => {
    const text = 'play thriller';
    const voices = ESPEAK_VOICES.test.concat(ESPEAK_VOICES.development);
    const spoken = await Promise.all(voices.map((voice) => sayWithEspeak(text, { ...plain, voice })));
    expect(new Set(spoken.map(digest)).size).toBe(voices.length);
    const slow = await sayWithEspeak(text, { ...plain, rate: 120 });
    const fast = await sayWithEspeak(text, { ...plain, rate: 240 });
    expect(seconds(slow)).toBeGreaterThan(1.4 * seconds(fast));
    const others = [plain, { ...plain, pitch: 70 }, { ...plain, range: 20 }].map((how) =>
      sayWithEspeak(text, how),
    );
    expect(new Set((await Promise.all(others)).map(digest)).size).toBe(3);
  });

  test('refuses voices and numbers that it would silently replace', async () => {
    for (const voice of ['en-gb', 'xx', '', 'en+nobody', 'en+', 'en+f1+f2']) {
      await expect(sayWithEspeak('hello', { ...plain, voice })).rejects.toThrow(/is unknown/);
    }
    await expect(sayWithEspeak('hello', { ...plain, rate: 0 })).rejects.toThrow(
      /rate is 0, expected 80 to 450/,
    );
    await expect(sayWithEspeak('hello', { ...plain, pitch: Number.NaN })).rejects.toThrow(/pitch is NaN/);
    await expect(sayWithEspeak('hello', { ...plain, range: 100 })).rejects.toThrow(/range is 100/);
  });
});

describe('sayWithFlite', () => {
  test('says the same every time, each voice its own way, longer when stretched', async () => {
    const say = (voice: string, stretch = 1) => sayWithFlite('call anna tonight', { voice, stretch });
    const spoken = await Promise.all(FLITE_VOICES.map((voice) => say(voice)));
    expect(new Set(spoken.map(digest)).size).toBe(4);
    for (const audio of spoken) {
      expect(audio.sampleRate).toBe(16000);
      expect(seconds(audio)).toBeGreaterThan(0.6);
    }
    expect(digest(await say('slt'))).toBe(digest(spoken[FLITE_VOICES.indexOf('slt')]!));
    expect(seconds(await say('slt', 1.5))).toBeGreaterThan(1.3 * seconds(await say('slt')));
  });

  test('refuses voices that it would silently replace', async () => {
    for (const voice of ['kal', 'awb_time', 'nobody']) {
      await expect(sayWithFlite('hello', { voice, stretch: 1 })).rejects.toThrow(/voice ".*" is unknown/);
    }
    await expect(sayWithFlite('hello', { voice: 'slt', stretch: 0 })).rejects.toThrow(/stretch is 0/);
  });
});

describe('a package that is not installed', () => {
  test('is named, with the way to install it', () => {
    const missing = Object.assign(new Error('no module'), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(() => explainMissing(missing, 'some-voice', 'It is made')).toThrow(
      /^It is made with the npm package some-voice, which is not installed: npm install/,
    );
    const other = new Error('something else');
    expect(() => explainMissing(other, 'some-voice', 'It is made')).toThrow(other);
  });
});
