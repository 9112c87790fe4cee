/**
 * Files: safetensors and checkpoints, in Node.
 *
 * @module compact-rnn/io
 */

export {
  type Checkpoint,
  CheckpointError,
  type CheckpointRule,
  type LoadedCheckpoint,
  loadCheckpoint,
  type SaveOptions,
  saveCheckpoint,
} from './checkpoint.ts';
export type { CheckpointFile } from './checkpointFiles.ts';
export type { FileOperations, WritableFile } from './fileOperations.ts';
export { FormatError } from './formatError.ts';
export * from './safetensors.ts';
