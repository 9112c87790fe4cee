/**
 * Tensors in 8 bits: each row of the last axis as whole numbers from −127 to 127 and one scale, float32; tensors of one
 * axis, such as biases, as float32. The scales come first, then the float32 tensors, then the bytes.
 */
export function packed(weights) {
  const header = [];
  const floats = [];
  const integers = [];
  for (const { name, shape, values } of weights) {
    header.push({ name, shape });
    if (shape.length === 1) {
      floats.push(...values);
      continue;
    }
    const width = shape[shape.length - 1];
    for (let from = 0; from < values.length; from += width) {
      const row = values.subarray(from, from + width);
      const scale = Math.fround(row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
      floats.push(scale);
      for (const value of row) integers.push(scale === 0 ? 0 : Math.round(value / scale));
    }
  }
  const bytes = new Uint8Array(4 * floats.length + integers.length);
  bytes.set(new Uint8Array(Float32Array.from(floats).buffer));
  bytes.set(new Uint8Array(Int8Array.from(integers).buffer), 4 * floats.length);
  return { header, bytes };
}

/** The tensors that `packed` wrote, with the numbers that 8 bits leave. */
export function unpacked(header, bytes) {
  const rowsOf = (shape) => shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const counts = header.map(({ shape }) => (shape.length === 1 ? shape[0] : rowsOf(shape)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const floats = new Float32Array(bytes.slice(0, 4 * total).buffer);
  const integers = new Int8Array(bytes.buffer, bytes.byteOffset + 4 * total);
  let [atFloat, atInteger] = [0, 0];
  return header.map(({ name, shape }, i) => {
    const own = floats.subarray(atFloat, atFloat + counts[i]);
    atFloat += counts[i];
    if (shape.length === 1) return { name, shape, values: own };
    const width = shape[shape.length - 1];
    const values = new Float32Array(counts[i] * width);
    for (let k = 0; k < values.length; k++) values[k] = integers[atInteger + k] * own[Math.floor(k / width)];
    atInteger += values.length;
    return { name, shape, values };
  });
}
