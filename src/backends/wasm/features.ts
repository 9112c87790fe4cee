/** Whether this engine runs 128-bit SIMD, which the `wasm` backend needs. */
export const hasSimd = (): boolean => WebAssembly.validate(simdProbe);

/** Whether this engine runs relaxed SIMD, whose fused multiply-add the faster build uses. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(relaxedProbe);

// A module with one function () -> v128, whose body is given in bytes.
function moduleOf(body: number[]): Uint8Array<ArrayBuffer> {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const types = [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b];
  const functions = [0x03, 0x02, 0x01, 0x00];
  const code = [0x0a, body.length + 4, 0x01, body.length + 2, 0x00, ...body, 0x0b];
  return new Uint8Array([...header, ...types, ...functions, ...code]);
}

const splatZero = [0x41, 0x00, 0xfd, 0x11]; // i32.const 0, i32x4.splat
const relaxedMadd = [0xfd, 0x85, 0x02]; // f32x4.relaxed_madd
const simdProbe = moduleOf(splatZero);
const relaxedProbe = moduleOf([...splatZero, ...splatZero, ...splatZero, ...relaxedMadd]);
