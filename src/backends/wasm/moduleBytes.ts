import { base, relaxed } from './binary.generated.ts';

/** The kernels with 128-bit SIMD, or with relaxed SIMD's fused multiply-add as well. */
export type Build = 'base' | 'relaxed';

/** The WebAssembly module of a build. */
export function moduleBytes(build: Build): Uint8Array<ArrayBuffer> {
  const bytes = decoded(build === 'base' ? base : relaxed);
  for (let i = bytes.indexOf(0xfd); i >= 0; i = bytes.indexOf(0xfd, i + 1)) {
    if (bytes[i + 2] === 0x02) bytes.set(steps[build][bytes[i + 1]] ?? [], i);
  }
  return bytes;
}

/** What stands in the place of fd .. 02, a product or a sum of the kernels' multiply-adds. */
const steps: Readonly<Record<Build, Readonly<Record<number, readonly number[]>>>> = {
  base: {
    141: [0xfd, 0xe6, 0x01], // f32x4.relaxed_min → f32x4.mul
    142: [0xfd, 0xe4, 0x01], // f32x4.relaxed_max → f32x4.add
    143: [0xfd, 0xf2, 0x01], // f64x2.relaxed_min → f64x2.mul
    144: [0xfd, 0xf0, 0x01], // f64x2.relaxed_max → f64x2.add
  },
  relaxed: {
    141: [0x01, 0x01, 0x01], // nop
    142: [0xfd, 0x85, 0x02], // f32x4.relaxed_madd
    143: [0x01, 0x01, 0x01], // nop
    144: [0xfd, 0x87, 0x02], // f64x2.relaxed_madd
  },
};

/**
 * The bytes of a text that scripts/build-wasm.mjs wrote. Its characters from # on, less < and \, stand for the bytes 253,
 * 254, 255, 0, 1 … 86; after a space for the next 90, and after ! for the others.
 */
function decoded(text: string): Uint8Array<ArrayBuffer> {
  // By the language alone, for audio worklets and other places without TextEncoder, which would save half a millisecond.
  const bytes = new Uint8Array(text.length);
  let size = 0;
  let shift = -38;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 35) {
      shift = code === 32 ? 52 : 142;
    } else {
      bytes[size++] = code + shift - (code > 92 ? 2 : code > 60 ? 1 : 0);
      shift = -38;
    }
  }
  return bytes.slice(0, size);
}
