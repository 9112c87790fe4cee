/**
 * The safetensors format by itself, for pages as for Node: tensors to bytes and back.
 *
 * @module compact-rnn/safetensors
 */

export { floatsOf } from './safetensorsFloats.ts';
export {
  type Dtype,
  SafetensorsError,
  type SafetensorsFile,
  type SafetensorsRule,
  type SavedTensor,
  type TypedArray,
} from './safetensorsFormat.ts';
export { decodeSafetensors } from './safetensorsReader.ts';
export { encodeSafetensors } from './safetensorsWriter.ts';
