import { z } from 'zod';
import { inputMap, recurrentMap } from './mapSchema.ts';
import { choice, flag, mapping, whole } from './schema.ts';

/** Widths beyond this are a slip of the finger. */
const widest = 65536;
/** The same for ranks, block sides and numbers of hashed values. */
const largestSize = 2 ** 24;

const layer = mapping({
  hidden: whole(1, widest),
  cell: choice('lstm', 'gru', 'rnn').default('lstm'),
  /** Of `gru`: whether the reset gate acts before or after the recurrent product. */
  reset: choice('before', 'after').optional(),
  /** Of `lstm`: whether the gates see the cell. */
  peepholes: flag().optional(),
  bidirectional: flag().default(false),
  /** How both maps are multiplied; the cheaper way unless given. */
  plan: choice('dense', 'transforms').optional(),
  input: inputMap(largestSize).default('dense'),
  recurrent: recurrentMap(largestSize).default('dense'),
});

/** The recurrent layers of a model from the bottom up, at least one. */
export const layerList = () =>
  z.array(layer, { error: 'a list of layers' }).min(1, { error: 'at least one layer' });
