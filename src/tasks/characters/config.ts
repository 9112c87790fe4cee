import type { z } from 'zod';
import { classifierFields } from '../classify/config.ts';
import { checked, mapping, whole } from '../config/schema.ts';
import { trainingFields } from '../config/trainingSchema.ts';

const schema = mapping({
  ...classifierFields('characters'),
  training: mapping({
    ...trainingFields({ epochs: 2, batchSize: 16, learningRate: 0.008, clipNorm: 1, dropout: 0 }),
    /** Characters that a gradient goes back through, in each of the `batchSize` streams. */
    timeSteps: whole(1, 10_000).default(64),
  }).prefault({}),
}).superRefine(({ layers }, context) => {
  layers.forEach(({ bidirectional }, i) => {
    if (!bidirectional) return;
    const message = 'false: a layer that reads backwards has seen the character that it is to predict';
    context.addIssue({ code: 'custom', path: ['layers', i, 'bidirectional'], message });
  });
});

/** A network that predicts the next character, and its training; every default filled in. */
export type CharactersConfig = z.output<typeof schema>;

/**
 * The configuration that a value stands for.
 *
 * @param source what error messages name
 * @throws InputError naming the path in the configuration, the value found and what is allowed
 */
export const parseCharactersConfig = (value: unknown, source: string): CharactersConfig =>
  checked(schema, value, source);
