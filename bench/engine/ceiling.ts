/**
 * GFLOP/s of multiply-adds that touch registers alone, in 128-bit WebAssembly: what no kernel can exceed. With `fused` by
 * relaxed SIMD's multiply-add, else by a multiplication and an addition. The best of many short runs.
 */
export function ceiling(fused: boolean): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(fused)));
  const run = exports['run'] as (rounds: number) => void;
  const rounds = 20000;
  let best = Infinity;
  for (let i = 0; i < 300; i++) {
    const start = performance.now();
    run(rounds);
    best = Math.min(best, performance.now() - start);
  }
  return (rounds * unrolled * chains * 4 * (fused ? 2 : 1)) / best / 1e6;
}

// Independent chains enough to fill two pipelines of each kind, and together few enough for the 16 vector registers.
const chains = 14;
const unrolled = 4;

/** A module with the function run(rounds: i32): in each round, four times, a ← a·x + x in all chains, or a·x and a + x in half of them each. */
function moduleOf(fused: boolean): Uint8Array<ArrayBuffer> {
  const x = 1 + chains;
  const [multiply, add] = [
    [0xfd, 0xe6, 0x01],
    [0xfd, 0xe4, 0x01],
  ];
  const multiplyAdd = [0xfd, 0x85, 0x02];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const all = Array.from({ length: chains }, (_, i) => 1 + i);
  const step = all.flatMap((a) =>
    fused
      ? [...get(a), ...get(x), ...get(x), ...multiplyAdd, ...set(a)]
      : [...get(a), ...get(x), ...(a % 2 ? multiply : add), ...set(a)],
  );
  const one = [0x43, ...new Uint8Array(Float32Array.of(1).buffer), 0xfd, 0x13];
  const countDown = [...get(0), 0x41, 0x01, 0x6b, 0x22, 0x00]; // local.tee 0 of local 0 − 1
  const keep = all.slice(1).flatMap((a) => [...get(a), ...add]);
  const body = [
    ...[0x01, chains + 1, 0x7b], // the locals, v128
    ...[...one, ...set(x)],
    ...[0x03, 0x40, ...Array.from({ length: unrolled }, () => step).flat(), ...countDown, 0x0d, 0x00, 0x0b],
    ...[...get(1), ...keep, 0xfd, 0x1f, 0x00, 0x0b], // the sum of all, so that none is left out
  ];
  const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [0x01, 0x60, 0x01, 0x7f, 0x01, 0x7d]),
    ...section(3, [0x01, 0x00]),
    ...section(7, [0x01, 0x03, ...Buffer.from('run'), 0x00, 0x00]),
    ...section(10, [0x01, ...leb(body.length), ...body]),
  ]);
}

/** An unsigned number in LEB128. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
