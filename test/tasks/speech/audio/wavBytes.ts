/** How `wav` writes a file; written from the format's description, apart from the code under test. */
export interface Layout {
  readonly encoding: number;
  readonly bits: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly extensible?: boolean;
}

/** A WAV file of interleaved samples in [−1, 1]. */
export function wav(samples: readonly number[], layout: Layout): Uint8Array {
  const { encoding, bits, sampleRate = 16000, channels = 1, extensible = false } = layout;
  const block = (channels * bits) / 8;
  const format = [
    ...number(extensible ? 0xfffe : encoding, 2),
    ...number(channels, 2),
    ...number(sampleRate, 4),
    ...number(sampleRate * block, 4),
    ...number(block, 2),
    ...number(bits, 2),
  ];
  // Size of the extension, valid bits, speaker mask, and the format's GUID, whose first two bytes are the encoding.
  const guid = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
  if (extensible)
    format.push(...number(22, 2), ...number(bits, 2), ...number(0, 4), ...number(encoding, 2), ...guid);
  return riff(
    join([
      chunk('fmt ', format),
      chunk(
        'data',
        samples.flatMap((x) => sampleBytes(x, layout)),
      ),
    ]),
  );
}

/** A chunk: tag, length, content, and a padding byte after an odd length. */
export function chunk(tag: string, content: readonly number[]): Uint8Array {
  const padding = content.length % 2 === 1 ? [0] : [];
  return Uint8Array.from([...letters(tag), ...number(content.length, 4), ...content, ...padding]);
}

/** A RIFF WAVE file of chunks. */
export function riff(chunks: Uint8Array): Uint8Array {
  return join([
    Uint8Array.from([...letters('RIFF'), ...number(chunks.length + 4, 4), ...letters('WAVE')]),
    chunks,
  ]);
}

/** One array after another. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function sampleBytes(value: number, { encoding, bits }: Layout): number[] {
  const bytes = new Uint8Array(bits / 8);
  const view = new DataView(bytes.buffer);
  if (encoding === 3 && bits === 32) view.setFloat32(0, value, true);
  else if (encoding === 3) view.setFloat64(0, value, true);
  else {
    const scale = 2 ** (bits - 1);
    const integer = Math.max(-scale, Math.min(scale - 1, Math.round(value * scale)));
    return number(bits === 8 ? integer + 128 : integer, bits / 8);
  }
  return [...bytes];
}

function letters(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

/** Little-endian two's complement. */
function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);
}
