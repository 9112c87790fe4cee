import type { Backend } from '../../src/backends/index.ts';
import { createReferenceBackend } from '../../src/backends/reference/backend.ts';

/** Computes as the reference does, and has numbers waited for, as those of a GPU are. */
export function waitingBackend(): Backend {
  const inner = createReferenceBackend();
  const refuse = (): never => {
    throw new Error('Numbers were read at once on a backend where they must be waited for.');
  };
  return {
    ...inner,
    name: 'gpu',
    description: 'gpu (webgpu: made for tests)',
    readsAtOnce: false,
    read: refuse,
    readInto: refuse,
    view: refuse,
    async readLater(...wanted) {
      const values = inner.read(...wanted);
      await new Promise((resolve) => setImmediate(resolve));
      return values;
    },
  };
}
