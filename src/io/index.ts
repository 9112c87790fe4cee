export { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
export {
  type Dtype,
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type SafetensorsFile,
  type SafetensorsRule,
  type SavedTensor,
  type TypedArray,
} from './safetensors.ts';
