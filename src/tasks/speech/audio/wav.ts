import { InputError } from '../../../errors.ts';
import { FormatError } from '../../../io/formatError.ts';
import { type SampleFormat, sampleFormat } from './sampleFormat.ts';

/** A mono recording. */
export interface Audio {
  /** In [−1, 1]. */
  readonly samples: Float32Array;
  /** Samples a second. */
  readonly sampleRate: number;
}

/** The rules that a WAV file can break. */
export type WavRule = 'header' | 'chunk' | 'encoding' | 'channels' | 'rate' | 'block' | 'data' | 'sample';

/** A file that is no WAV, or none that is read here. */
export class WavError extends FormatError<WavRule> {}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, IEEE float of 32 or 64, A-law or μ-law, plain or WAVE_FORMAT_EXTENSIBLE;
 * any number of channels (averaged to one), 1 kHz to 400 kHz. Chunks other than `fmt ` and `data` are passed over. Float
 * samples beyond full scale are cut to ±1. Where the length of the data is one that stands for none, as programs write that
 * give a WAV file to a pipe or were ended before they set it, the data go to the end. (Microsoft and IBM, *Multimedia Programming Interface and Data
 * Specifications 1.0*, 1991, and Microsoft's extensible format.)
 *
 * @param name what errors call the file.
 * @throws WavError, naming the file, the byte offset and the rule broken, for anything else.
 */
export function decodeWav(bytes: Uint8Array, name: string): Audio {
  const file = new WavReader(bytes, name);
  const { format, data } = file.chunks();
  const { channels, sampleRate, sample } = format;
  const block = channels * sample.bytes;
  const frames = data.length / block;
  if (frames === 0) file.fail(data.offset, 'data', 'the data chunk is empty, expected at least one sample');
  if (!Number.isInteger(frames)) {
    file.fail(
      data.offset,
      'block',
      `the data chunk has ${data.length} bytes, expected a multiple of the block of ${block} bytes`,
    );
  }
  const samples = new Float32Array(frames);
  for (let n = 0; n < frames; n++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const at = data.offset + n * block + c * sample.bytes;
      const value = sample.read(file.view, at);
      if (!Number.isFinite(value)) file.fail(at, 'sample', `a sample is ${value}, expected a finite number`);
      sum += Math.max(-1, Math.min(1, value));
    }
    samples[n] = sum / channels;
  }
  return { samples, sampleRate };
}

/**
 * Writes a recording as WAV, 16-bit PCM, mono; samples beyond ±1 are cut. @throws InputError where a sample
 * is not a number.
 */
export function encodeWav({ samples, sampleRate }: Audio): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  };
  ascii(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => {
    if (Number.isNaN(sample))
      throw new InputError(`encodeWav: sample ${n} is NaN, expected a number in [−1, 1].`);
    view.setInt16(44 + 2 * n, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
  });
  return bytes;
}

const LOWEST_RATE = 1000;
const HIGHEST_RATE = 400000;

interface Format {
  readonly channels: number;
  readonly sampleRate: number;
  readonly sample: SampleFormat;
}

/** Where a chunk's content lies in the file. */
interface Chunk {
  readonly offset: number;
  readonly length: number;
}

class WavReader {
  readonly view: DataView;
  readonly #name: string;

  constructor(bytes: Uint8Array, name: string) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  fail(offset: number, rule: WavRule, problem: string): never {
    throw new WavError(this.#name, offset, rule, problem, 'WAV');
  }

  chunks(): { format: Format; data: Chunk } {
    const end = this.view.byteLength;
    if (end < 12)
      this.fail(0, 'header', `the file ends after ${end} bytes, expected a RIFF WAVE header of 12`);
    if (this.#tag(0) !== 'RIFF')
      this.fail(
        0,
        'header',
        `stands ${JSON.stringify(this.#tag(0))}, expected "RIFF": ${this.#otherFormat()}not a WAV file`,
      );
    if (this.#tag(8) !== 'WAVE')
      this.fail(8, 'header', `stands ${JSON.stringify(this.#tag(8))}, expected "WAVE": not a WAV file`);
    let format: Format | undefined;
    for (let at = 12; at < end; ) {
      if (at + 8 > end)
        this.fail(at, 'chunk', `the file ends within a chunk header, expected 8 bytes and found ${end - at}`);
      const tag = this.#tag(at);
      const length = this.view.getUint32(at + 4, true);
      const chunk = { offset: at + 8, length };
      const isUnknown =
        length === 0
          ? !this.#areChunks(chunk.offset)
          : length >= LEAST_UNKNOWN && chunk.offset + length > end;
      if (tag === 'data' && format !== undefined && isUnknown) {
        const block = format.channels * format.sample.bytes;
        const there = end - chunk.offset;
        return { format, data: { ...chunk, length: there - (there % block) } };
      }
      if (chunk.offset + length > end) {
        this.fail(
          at,
          'chunk',
          `chunk ${JSON.stringify(tag)} says it has ${length} bytes, but the file ends after ${end - chunk.offset}: truncated`,
        );
      }
      if (tag === 'fmt ') format = this.#format(chunk);
      if (tag === 'data') {
        return format
          ? { format, data: chunk }
          : this.fail(at, 'chunk', 'the data chunk comes before any "fmt " chunk');
      }
      // Chunks begin at even offsets: an odd length is followed by a padding byte, which some writers leave out at the end.
      at = chunk.offset + length + (length % 2);
    }
    return this.fail(end, 'chunk', 'the file ends without a data chunk');
  }

  /** Whether the file consists of whole chunks from here to its end. */
  #areChunks(from: number): boolean {
    let at = from;
    while (at + 8 <= this.view.byteLength && /^[ -~]{4}$/.test(this.#tag(at))) {
      const length = this.view.getUint32(at + 4, true);
      at += 8 + length + (length % 2);
    }
    // The last one's padding byte may be missing.
    return at === this.view.byteLength || at === this.view.byteLength + 1;
  }

  /** `a FLAC file, ` and the like, by how such files begin; nothing where the file is of no kind that is known. */
  #otherFormat(): string {
    const [first, second] = [this.view.getUint8(0), this.view.getUint8(1)];
    const begins = this.#tag(0);
    const name = begins.startsWith('ID3') || (first === 0xff && second >= 0xe0) ? 'MP3' : OTHERS.get(begins);
    return name === undefined ? '' : `a file of ${name}, `;
  }

  #format({ offset, length }: Chunk): Format {
    const { view } = this;
    if (length < 16) this.fail(offset, 'chunk', `the "fmt " chunk has ${length} bytes, expected at least 16`);
    let code = view.getUint16(offset, true);
    const channels = view.getUint16(offset + 2, true);
    const sampleRate = view.getUint32(offset + 4, true);
    const block = view.getUint16(offset + 12, true);
    const bits = view.getUint16(offset + 14, true);
    if (code === EXTENSIBLE) {
      if (length < 40)
        this.fail(offset, 'chunk', `the extensible "fmt " chunk has ${length} bytes, expected at least 40`);
      code = view.getUint16(offset + 24, true);
    }
    const sample = sampleFormat(code, bits);
    if (sample === undefined) {
      this.fail(
        offset,
        'encoding',
        `the encoding is ${code} with ${bits} bits, expected PCM (1) of 8, 16, 24 or 32 bits, IEEE float (3) of 32 or 64, A-law (6) or μ-law (7) of 8`,
      );
    }
    if (channels === 0) this.fail(offset + 2, 'channels', 'the file has 0 channels, expected at least 1');
    if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
      this.fail(
        offset + 4,
        'rate',
        `the sampling rate is ${sampleRate}, expected ${LOWEST_RATE} to ${HIGHEST_RATE}`,
      );
    }
    if (block !== channels * sample.bytes) {
      this.fail(
        offset + 12,
        'block',
        `the block size is ${block}, expected channels × bytes a sample = ${channels} × ${sample.bytes}`,
      );
    }
    return { channels, sampleRate, sample };
  }

  #tag(at: number): string {
    return String.fromCharCode(...[0, 1, 2, 3].map((i) => this.view.getUint8(at + i)));
  }
}

/** Formats that recordings are often in, by the first four letters of a file. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['fLaC', 'FLAC'],
  ['OggS', 'Ogg'],
  ['FORM', 'AIFF'],
]);
const EXTENSIBLE = 0xfffe;
/** SoX and eSpeak write 2³¹ − 2¹² bytes for a length that they do not know yet, FFmpeg 2³² − 1. */
const LEAST_UNKNOWN = 2 ** 31 - 2 ** 12;
