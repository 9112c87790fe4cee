export { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
export * from './safetensors.ts';
