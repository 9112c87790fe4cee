import { z } from 'zod';
import type { ModelMetrics } from '../tasks/speech/results.ts';

const rates = {
  wer: z.number(),
  werInterval: z.tuple([z.number(), z.number()]),
  greedyWer: z.number(),
  greedyLer: z.number(),
  words: z.number(),
  utterances: z.number(),
};

/** The file `metrics.json` of a model: all that a table and a report show. */
export const savedMetrics = z.object({
  name: z.string(),
  backend: z.string(),
  maps: z.string(),
  parameters: z.number(),
  lstmParameters: z.number(),
  macsPerFrame: z.number(),
  bytes: z.number(),
  losses: z.array(z.number()),
  trainWer: z.number(),
  trainGreedyWer: z.number(),
  heldOutWer: z.number(),
  heldOutGreedyWer: z.number(),
  heldOutLetterErrorRate: z.number(),
  heldOutWerInterval: z.tuple([z.number(), z.number()]),
  heldOutWords: z.number(),
  otherSets: z.record(z.string(), z.object(rates)),
  seconds: z.number(),
  // JSON has no infinity, which a training of no time has.
  framesPerSecond: z
    .number()
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY),
  lstmGflops: z.number().nullable(),
}) satisfies z.ZodType<ModelMetrics>;
