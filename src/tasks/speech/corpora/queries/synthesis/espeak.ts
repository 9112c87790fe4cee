import { InputError } from '../../../../../errors.ts';
import type { Audio } from '../../../audio/wav.ts';
import { explainMissing } from '../../packages.ts';
import { ESPEAK_ACCENTS, ESPEAK_VARIANTS } from '../voices.ts';

const PACKAGE = '@echogarden/espeak-ng-emscripten';

/** How espeak-ng is to speak. */
export interface EspeakVoice {
  /** An accent, or an accent and a variant: `en-us`, `en+f3`. */
  readonly voice: string;
  /** Words a minute, 80 to 450; its own default is 175. */
  readonly rate: number;
  /** 0 to 99; its own default is 50. */
  readonly pitch: number;
  /** How far the pitch moves, 0 to 99; its own default is 50. */
  readonly range: number;
}

/**
 * Says a sentence with espeak-ng, 22.05 kHz. The same arguments give the same samples in every process,
 * whatever was said before.
 *
 * @throws InputError where the voice is unknown, a number is out of range, or the package is not installed.
 */
export async function sayWithEspeak(
  text: string,
  { voice, rate, pitch, range }: EspeakVoice,
): Promise<Audio> {
  checkVoice(voice);
  checkRange('rate', rate, 80, 450);
  checkRange('pitch', pitch, 0, 99);
  checkRange('range', range, 0, 99);
  loading ??= load();
  const { memory, snapshot, synthesizer } = await loading;
  // The synthesiser keeps state from one sentence to the next: put its whole memory back to where it was.
  const heap = memory();
  heap.set(snapshot);
  heap.fill(0, snapshot.length);
  if (synthesizer.set_voice(voice) !== 0) throw new InputError(`espeak-ng has no voice "${voice}".`);
  synthesizer.set_rate(rate);
  synthesizer.set_pitch(pitch);
  synthesizer.set_range(range);
  return { samples: synthesize(synthesizer, text), sampleRate: synthesizer.get_samplerate() };
}

interface Synthesizer {
  set_voice(name: string): number;
  set_rate(wordsAMinute: number): void;
  set_pitch(pitch: number): void;
  set_range(range: number): void;
  get_samplerate(): number;
  synthesize(text: string, onSamples: (chunk: Int16Array | null) => boolean): void;
}

interface EspeakModule {
  readonly HEAPU8: Uint8Array;
  eSpeakNGWorker: new () => Synthesizer;
}

interface Loaded {
  readonly memory: () => Uint8Array;
  readonly snapshot: Uint8Array;
  readonly synthesizer: Synthesizer;
}

let loading: Promise<Loaded> | undefined;

async function load(): Promise<Loaded> {
  const name: string = PACKAGE;
  const imported: { default: () => Promise<EspeakModule> } = await import(name).catch((error) =>
    explainMissing(error, PACKAGE, 'The corpus of spoken queries is made'),
  );
  const module = await imported.default();
  // It seeds its own random numbers from the clock at the first sentence, so that one is said under a fixed clock.
  const clock = Date.now;
  Date.now = () => 0;
  try {
    const synthesizer = new module.eSpeakNGWorker();
    synthesizer.set_voice('en');
    synthesize(synthesizer, 'ready');
    return { memory: () => module.HEAPU8, snapshot: module.HEAPU8.slice(), synthesizer };
  } finally {
    Date.now = clock;
  }
}

function synthesize(synthesizer: Synthesizer, text: string): Float32Array {
  const chunks: Int16Array[] = [];
  synthesizer.synthesize(text, (chunk) => {
    if (chunk !== null && chunk.length > 0) chunks.push(chunk.slice());
    return false;
  });
  const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) for (const x of chunk) samples[at++] = x / 32768;
  return samples;
}

/** espeak-ng takes an unknown variant for none, in silence, so its own answer is not enough. */
function checkVoice(voice: string): void {
  const [accent = '', ...variants] = voice.split('+');
  const variant = variants.length > 0 ? variants.join('+') : undefined;
  if (!ESPEAK_ACCENTS.includes(accent)) {
    throw new InputError(
      `espeak-ng's accent "${accent}" is unknown, expected one of ${ESPEAK_ACCENTS.join(', ')}.`,
    );
  }
  if (variant !== undefined && !ESPEAK_VARIANTS.includes(variant)) {
    throw new InputError(
      `espeak-ng's variant "${variant}" is unknown, expected one of ${ESPEAK_VARIANTS.join(', ')}.`,
    );
  }
}

function checkRange(name: string, value: number, lowest: number, highest: number): void {
  if (!(value >= lowest && value <= highest)) {
    throw new InputError(`espeak-ng's ${name} is ${value}, expected ${lowest} to ${highest}.`);
  }
}
