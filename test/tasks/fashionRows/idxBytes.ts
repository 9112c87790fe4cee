/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], bytes: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(4 + 4 * shape.length + bytes.length);
  file.set([0, 0, 8, shape.length]);
  const view = new DataView(file.buffer);
  shape.forEach((side, i) => {
    view.setUint32(4 + 4 * i, side);
  });
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}
