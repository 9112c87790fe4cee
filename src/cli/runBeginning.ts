import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.ts';
import { parseJson, readText, writeJson } from '../io/textFile.ts';

/** How a run began: the file `run.json`, by which it is gone on with and reported as the run that it is. */
export interface RunBeginning {
  /** The command line that began it. */
  readonly commandLine: string;
  /** The checksum of its corpus, as `corpusChecksum` makes it. */
  readonly corpusSha256: string;
}

const fileOf = (run: string) => join(run, BEGINNING);

/** The file's name in a run's folder. */
export const BEGINNING = 'run.json';

/** Rejects with InputError when the file cannot be written. */
export const writeBeginning = (run: string, beginning: RunBeginning): Promise<void> =>
  writeJson(fileOf(run), beginning);

/** Throws InputError when the run does not say how it began. */
export async function readBeginning(run: string): Promise<RunBeginning> {
  const file = fileOf(run);
  const found = existsSync(file)
    ? schema.safeParse(parseJson(await readText(file, LONGEST), file))
    : undefined;
  if (found?.success) return found.data;
  throw new InputError(
    found === undefined
      ? `${file} is missing: on which recordings the run began is not known, and it cannot go on; train anew`
      : `${file} does not say how the run began, and it cannot go on; bring the file back, or train anew`,
  );
}

/**
 * Throws InputError unless the corpus is the one that the run began on.
 *
 * @param run as it is shown to the user
 * @param corpus what the user knows it by
 */
export function expectSameCorpus(
  run: string,
  { corpusSha256 }: RunBeginning,
  corpus: string,
  checksum: string,
): void {
  if (checksum === corpusSha256) return;
  throw new InputError(
    `run ${run} began on other recordings, transcripts or sets than ${corpus} has now; expected the same, as two trainings would be mixed. Bring them back, name where they are with --corpus, or train anew`,
  );
}

/** Bytes. */
const LONGEST = 1_000_000;

const schema = z.object({ commandLine: z.string(), corpusSha256: z.string() });
