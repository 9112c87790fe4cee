import { z } from 'zod';
import { InputError } from '../../errors.ts';
import { parseConfig } from './config.ts';
import type { RecogniserState } from './recogniser.ts';
import type { Progress } from './trainingState.ts';

/** The state in a recogniser's checkpoint. Throws InputError naming the file when it is that of something else. */
export function parseRecogniserState(state: unknown, path: string): RecogniserState {
  const { recogniser } = parse(z.object({ recogniser: recogniserSchema }), state, path);
  return { ...recogniser, config: parseConfig(recogniser.config, path) };
}

/** The progress in a training's checkpoint. Throws InputError naming the file when it is that of something else. */
export const parseProgress = (state: unknown, path: string): Progress =>
  parse(z.object({ progress: progressSchema }), state, path).progress;

const recogniserSchema = z.object({
  config: z.unknown(),
  model: z.string(),
  bands: z.int().min(1),
  ngram: z.unknown(),
});

const progressSchema = z.object({
  losses: z.array(z.number()),
  seconds: z.number(),
  frames: z.number(),
  lstmFlops: z.number(),
  lstmSeconds: z.number(),
});

function parse<Schema extends z.ZodType>(schema: Schema, state: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(state);
  if (result.success) return result.data;
  const [{ path: where, message }] = result.error.issues;
  throw new InputError(
    `${path} is no checkpoint of a recogniser: ${where.join('.') || 'its state'}: ${message}.`,
  );
}
