import type { z } from 'zod';
import { classifierFields } from '../classify/config.ts';
import { checked, mapping } from '../config/schema.ts';
import { trainingFields } from '../config/trainingSchema.ts';

const schema = mapping({
  ...classifierFields('fashion-rows'),
  training: mapping(
    trainingFields({ epochs: 8, batchSize: 64, learningRate: 0.003, clipNorm: 1, dropout: 0.1 }),
  ).prefault({}),
});

/** A network that reads images row by row, and its training; every default filled in. */
export type FashionRowsConfig = z.output<typeof schema>;

/**
 * The configuration that a value stands for.
 *
 * @param source what error messages name
 * @throws InputError naming the path in the configuration, the value found and what is allowed
 */
export const parseFashionRowsConfig = (value: unknown, source: string): FashionRowsConfig =>
  checked(schema, value, source);
