/** How one sample is stored in a WAV file. */
export interface SampleFormat {
  readonly bytes: number;
  /** The sample at a byte offset, full scale being ±1. */
  read(view: DataView, at: number): number;
}

/**
 * The format of an encoding (1: PCM, 3: IEEE float, 6: A-law, 7: μ-law) of so many bits, or undefined where there is none.
 * 8-bit PCM is unsigned, wider is signed.
 */
export function sampleFormat(encoding: number, bits: number): SampleFormat | undefined {
  return FORMATS[`${encoding}/${bits}`];
}

const FORMATS: Readonly<Record<string, SampleFormat>> = {
  '1/8': { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 2 ** 7 },
  '1/16': { bytes: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  '1/24': {
    bytes: 3,
    read: (view, at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23,
  },
  '1/32': { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  '3/32': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '3/64': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  '6/8': { bytes: 1, read: (view, at) => ofALaw(view.getUint8(at)) / 2 ** 15 },
  '7/8': { bytes: 1, read: (view, at) => ofMuLaw(view.getUint8(at)) / 2 ** 15 },
};

/* Telephony's codes: a sign, three bits for a power of two and four within it (ITU-T G.711, 1988), as 16-bit samples. */

/** Every other bit is sent turned over. */
function ofALaw(sent: number): number {
  const code = sent ^ 0x55;
  const power = (code >> 4) & 7;
  const within = ((code & 15) << 4) + 8;
  const size = power === 0 ? within : (within + 256) << (power - 1);
  return code & 0x80 ? size : -size;
}

/** Every bit is sent turned over. */
function ofMuLaw(sent: number): number {
  const code = ~sent;
  const size = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return code & 0x80 ? -size : size;
}
