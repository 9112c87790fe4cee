import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../../../errors.ts';
import type { Features } from '../../features/logMel.ts';
import { makeQuery } from './make.ts';
import type { Recipe } from './plan.ts';
import type { WorkerAnswer } from './synthesisWorker.ts';

/**
 * Threads that a corpus is made with: two in the compiled package; none from TypeScript sources, which Node
 * 20 cannot start a thread from.
 */
export const DEFAULT_WORKERS = import.meta.url.endsWith('.ts') ? 0 : 2;

/**
 * Makes the features of all recipes, in their order, on `workers` threads (0: on this one).
 *
 * @param onDone called with the number of recipes made so far.
 * @throws InputError where a synthesiser's package is not installed.
 */
export async function makeQueries(
  recipes: readonly Recipe[],
  workers: number,
  onDone: (done: number) => void,
): Promise<Features[]> {
  const made: Features[] = new Array(recipes.length);
  let next = 0;
  let done = 0;
  const work = async (make: (recipe: Recipe) => Promise<Features>): Promise<void> => {
    while (next < recipes.length) {
      const index = next++;
      made[index] = await make(recipes[index]!);
      onDone(++done);
    }
  };
  if (workers === 0) {
    await work(makeQuery);
    return made;
  }
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('./synthesisWorker.js', import.meta.url)),
  );
  try {
    await Promise.all(threads.map((thread) => work((recipe) => ask(thread, recipe))));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return made;
}

async function ask(thread: Worker, recipe: Recipe): Promise<Features> {
  thread.postMessage(recipe);
  const [answer] = (await once(thread, 'message')) as [WorkerAnswer];
  if ('error' in answer) throw answer.isInput ? new InputError(answer.error) : new Error(answer.error);
  return answer;
}
