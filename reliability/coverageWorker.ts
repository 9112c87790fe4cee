import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/* The thread that counts the lines of readers which mutated files make run. */

/** What reads files from outside, as it is built. */
const READERS = [
  'io/safetensorsReader',
  'io/safetensorsFormat',
  'io/strictJson',
  'io/formatError',
  'tasks/speech/audio/wav',
  'tasks/speech/audio/sampleFormat',
  'tasks/speech/corpora/manifestLines',
  'tasks/speech/config',
  'tasks/config/schema',
  'tasks/config/mapSchema',
];
/** What stands in the same files and reads nothing. */
const NO_READERS = /^(encodeWav|loadConfig|readValue|resolveCorpus|relativeCorpus|parseModel|ascii)$/;

/** The share of lines that reading some mutated files runs, for each reader by its path; of the built program only. */
async function readerCoverage(files: number): Promise<Record<string, number>> {
  const session = new Session();
  session.connect();
  const post = (method: string, parameters?: object) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result))),
    );
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // Only now, so that what runs while a reader is loaded counts.
  const { readMutated } = await import('./mutations.ts');
  readMutated(0, files);
  const { result } = (await post('Profiler.takePreciseCoverage')) as Profiler.TakePreciseCoverageReturnType;
  session.disconnect();
  return Object.fromEntries(
    READERS.map((reader) => {
      const script = result.find(({ url }) => url.endsWith(`/src/${reader}.js`));
      if (script === undefined) throw new Error(`${reader} was never loaded.`);
      return [reader, shareOfLines(script)];
    }),
  );
}

/** Lines of functions that were run, of those that could be: comments, blank lines and lone braces are none. */
function shareOfLines({ url, functions }: Profiler.ScriptCoverage): number {
  const source = readFileSync(fileURLToPath(url), 'utf8');
  const counts = new Int8Array(source.length).fill(1);
  // Outer ranges come before those in them.
  for (const { functionName, ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) {
      counts.fill(NO_READERS.test(functionName) ? -1 : count > 0 ? 1 : 0, startOffset, endOffset);
    }
  }
  let [run, all, at] = [0, 0, 0];
  for (const line of source.split('\n')) {
    const text = line.trim();
    const first = at + line.indexOf(text);
    at += line.length + 1;
    if (text === '' || /^(\/\/|\/?\*|[{}()[\];,]+$|else\b.*\{$)/.test(text) || counts[first] === -1) continue;
    all++;
    if (counts[first] === 1) run++;
  }
  return run / all;
}

parentPort!.postMessage(await readerCoverage(workerData as number));
