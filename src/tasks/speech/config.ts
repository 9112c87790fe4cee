import { dirname, extname, isAbsolute, parse, relative, resolve, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { InputError } from '../../errors.ts';
import { parseJson, readText } from '../../io/textFile.ts';
import { layerList } from '../config/layerSchema.ts';
import { checked, choice, mapping, name, number, text, whole } from '../config/schema.ts';
import { trainingFields } from '../config/trainingSchema.ts';
import { BACKEND_CHOICES } from '../training/backendChoice.ts';

const model = mapping({
  name: name(),
  layers: layerList(),
  /** What this model trains with instead of the common value. */
  training: mapping({ learningRate: number({ above: 0, to: 10 }).optional() }).prefault({}),
});

/** Noise and masks put on the features of training utterances only. */
const augment = mapping({
  /** Standard deviation of the noise, in units of a feature's own deviation. */
  noise: number({ from: 0, to: 10 }).default(0.2),
  frequencyMasks: whole(0, 20).default(2),
  /** Widest mask, in bands. */
  frequencyMaskWidth: whole(1, 256).default(8),
  timeMasks: whole(0, 20).default(0),
  /** Longest mask, in stacked frames. */
  timeMaskWidth: whole(1, 1000).default(5),
});

// In the order of the keys: runs are known by the hash of their configuration.
const { checkpointEverySteps, ...ofUpdates } = trainingFields({
  epochs: 12,
  batchSize: 16,
  learningRate: 0.003,
  clipNorm: 5,
  dropout: 0.1,
});
const training = mapping({
  ...ofUpdates,
  /** Parts of an update that several threads can compute side by side; 1 unless given. They decide the dropout, too. */
  shards: whole(1, 64).optional(),
  augment: augment.prefault({}),
  checkpointEverySteps,
});

const decoding = mapping({
  ngramOrder: whole(1, 5).default(2),
  beamWidth: whole(1, 10_000).default(32),
  /** Weight of the language model's log probability. */
  languageWeight: number({ from: 0, to: 100 }).default(1),
  /** Added to the score for every word. */
  wordBonus: number({ from: -100, to: 100 }).default(0),
  /** Whether only the words of the training sentences can be recognised. */
  lexicon: choice('training', 'none').default('training'),
});

const features = mapping({
  /** Neighbouring frames that make one input of the network. */
  stack: whole(1, 20).default(3),
});

const schema = mapping({
  name: name(),
  seed: whole(0, 0xffff_ffff).default(1),
  backend: choice(...BACKEND_CHOICES).default('wasm'),
  /** The name of a corpus, or the path of a manifest. */
  corpus: text('the name of a corpus or the path of a manifest'),
  /** Decides a corpus that is made rather than recorded; apart from `seed`, so that seeds compare on one corpus. */
  corpusSeed: whole(0, 0xffff_ffff).default(1),
  features: features.prefault({}),
  training: training.prefault({}),
  decoding: decoding.prefault({}),
  models: z
    .array(model, { error: 'a list of models' })
    .min(1, { error: 'at least one model' })
    .superRefine((models, context) => {
      models.forEach((one, index) => {
        const first = models.findIndex((other) => other.name === one.name);
        if (first < index) {
          const message = `a name of its own, not that of models[${first}]`;
          context.addIssue({ code: 'custom', path: [index, 'name'], message });
        }
      });
    }),
});

/** A training run of the speech task, every default filled in. */
export type SpeechConfig = z.output<typeof schema>;

/** One model of a run: its name, its layers from the bottom up, and its own training values. */
export type ModelConfig = SpeechConfig['models'][number];

/**
 * The configuration that a parsed YAML or JSON value stands for. A run that names itself not is named after its file.
 *
 * @param file what error messages name
 * @throws InputError naming the path in the configuration, the value found and what is allowed
 */
export function parseConfig(value: unknown, file: string): SpeechConfig {
  const named = isRecord(value) && value.name === undefined ? { ...value, name: nameFrom(file) } : value;
  return checked(schema, named, file);
}

/**
 * One model as it stands in a configuration, every default filled in.
 *
 * @param source what error messages name
 * @throws InputError naming the path in the model, the value found and what is allowed
 */
export function parseModel(value: unknown, source: string): ModelConfig {
  return checked(model, value, source);
}

/**
 * Reads a configuration file, YAML or JSON by its extension. A manifest's path in it is relative to the file's folder.
 *
 * @throws InputError on a file that is missing, is not YAML or JSON (with the line), or is not a configuration
 */
export async function loadConfig(path: string): Promise<SpeechConfig> {
  const config = parseConfig(await readValue(path), path);
  return { ...config, corpus: resolveCorpus(config.corpus, dirname(path)) };
}

/**
 * The value in a YAML or JSON file, which its extension tells apart.
 *
 * @throws InputError on a file that is missing or is not YAML or JSON (with the line)
 */
export async function readValue(path: string): Promise<unknown> {
  const extension = extname(path).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) {
    throw new InputError(`${path} has the extension "${extension}"; expected .yaml, .yml or .json`);
  }
  return parseValue(await readText(path, LONGEST), path);
}

/** The value in the text of a YAML or JSON file. Throws InputError when it is none (with the line). */
export const parseValue = (source: string, path: string): unknown =>
  extname(path).toLowerCase() === '.json' ? parseJson(source, path) : parseYaml(source, path);

/** Bytes of a configuration: a reader of YAML takes hundreds of times as much memory. */
const LONGEST = 2 ** 15;

/** A corpus as it may be named from any folder: a plain name stays, the path of a manifest becomes absolute. */
export function resolveCorpus(corpus: string, folder: string): string {
  return /^[a-z0-9-]+$/.test(corpus) ? corpus : resolve(folder, corpus);
}

/** What `resolveCorpus` makes of the same in that folder: a plain name stays, an absolute path becomes relative. */
export function relativeCorpus(corpus: string, folder: string): string {
  if (!isAbsolute(corpus)) return corpus;
  const path = relative(folder, corpus).split(sep).join('/');
  return isAbsolute(path) || path.startsWith('../') ? path : `./${path}`;
}

function parseYaml(source: string, file: string): unknown {
  checkNesting(source, file);
  // The YAML library's time grows with the square of them.
  const named = source.match(/(?<![^\s[{,])[&*][^\s,[\]{}]/g)?.length ?? 0;
  if (named > MOST_NAMED) {
    throw new InputError(`${file}: there are ${named} anchors and aliases, expected at most ${MOST_NAMED}`);
  }
  try {
    const document = parseDocument(source, { stringKeys: true, prettyErrors: true });
    const mistake = document.errors[0] ?? document.warnings[0];
    if (mistake === undefined) return document.toJS({ maxAliasCount: 100 });
    const { line, col } = mistake.linePos?.[0] ?? { line: 1, col: 1 };
    const sentence = mistake.message
      .split('\n')[0]!
      .replace(/ at line \d+, column \d+:?$/, '')
      .replace('; please use YAML.parseAllDocuments()', ', expected one');
    throw new InputError(`${file}:${line}:${col}: ${sentence}`);
  } catch (error) {
    // The YAML library answers too many aliases and too deep a nesting with errors of JavaScript's own.
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} could not be read as YAML: ${(error as Error).message}`);
  }
}

/** Beyond this the YAML library exhausts the stack, of which the whole process may die. */
const DEEPEST = 64;

/** Anchors and aliases of a configuration. */
const MOST_NAMED = 200;

/** Throws InputError where a text nests deeper than any configuration, as its brackets and the starts of its lines show. */
function checkNesting(source: string, file: string): void {
  let brackets = 0;
  source.split('\n').forEach((line, index) => {
    // Spaces, and the marks of lists and keys that stand on one line: `- - - a`.
    const start = /^(?:[ \t]|[-?:](?=[ \t]|$))*/.exec(line)![0];
    let deepest = Math.max(brackets, start.length / 2);
    for (const letter of line) {
      if (letter === '[' || letter === '{') deepest = Math.max(deepest, ++brackets);
      else if (letter === ']' || letter === '}') brackets = Math.max(0, brackets - 1);
    }
    if (deepest > DEEPEST) {
      throw new InputError(`${file}:${index + 1}:1: values nest deeper than ${DEEPEST} levels`);
    }
  });
}

function nameFrom(file: string): string {
  const stem = parse(file)
    .name.toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return stem.slice(0, 40).replace(/-+$/, '') || 'run';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
