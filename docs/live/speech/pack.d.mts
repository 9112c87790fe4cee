/** A tensor's name and shape, in the order in which they are packed. */
export interface PackedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface NamedValues extends PackedTensor {
  readonly values: Float32Array;
}

export function packed(weights: readonly NamedValues[]): {
  header: PackedTensor[];
  bytes: Uint8Array<ArrayBuffer>;
};
export function unpacked(header: readonly PackedTensor[], bytes: Uint8Array): NamedValues[];
