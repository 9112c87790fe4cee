/**
 * Rows of ascending integer keys, held in one array. `find` gives a key's position in that array, so
 * that values belong in arrays of the same length beside it.
 */
export class SparseRows {
  readonly keys: Int32Array;
  /** Row r is `keys[starts[r]] … keys[starts[r + 1] − 1]`. */
  readonly starts: Int32Array;

  /** @param rows each with its keys ascending */
  constructor(rows: readonly (readonly number[])[]) {
    this.starts = new Int32Array(rows.length + 1);
    for (let r = 0; r < rows.length; r++) this.starts[r + 1] = this.starts[r]! + rows[r]!.length;
    this.keys = new Int32Array(this.starts[rows.length]!);
    for (let r = 0; r < rows.length; r++) this.keys.set(rows[r]!, this.starts[r]);
  }

  /** The position of a key of a row, or −1. */
  find(row: number, key: number): number {
    let low = this.starts[row]!;
    let high = this.starts[row + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.keys[middle]!;
      if (found === key) return middle;
      if (found < key) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
