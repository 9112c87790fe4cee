import { z } from 'zod';
import { CheckpointError } from '../../io/checkpoint.ts';
import { parseConfig } from './config.ts';
import type { RecogniserState } from './recogniser.ts';

/** The state in a recogniser's checkpoint. Throws CheckpointError when it is that of something else. */
export function parseRecogniserState(state: unknown, path: string): RecogniserState {
  const result = schema.safeParse(state);
  if (!result.success) {
    const [{ path: where, message }] = result.error.issues;
    const sentence = `it is not a checkpoint of a recogniser: ${where.join('.') || 'its state'}: ${message}`;
    throw new CheckpointError(path, 0, 'format', sentence);
  }
  const { recogniser } = result.data;
  return { ...recogniser, config: parseConfig(recogniser.config, path) };
}

const schema = z.object({
  recogniser: z.object({
    config: z.unknown(),
    model: z.string(),
    bands: z.int().min(1),
    ngram: z.unknown(),
  }),
});
