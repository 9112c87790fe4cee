import type { Backend, Taken } from '../backends/index.ts';
import { InputError } from '../errors.ts';
import type { Lifetime, Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/**
 * Runs `body` and frees every tensor that an op made inside, except what it returns: a tensor, or arrays and records of
 * tensors. (What `tensor` and its like made from numbers is an ordinary array, and lives as one.)
 * Nobody calls `dispose`. While a gradient is being recorded an inner scope frees nothing, since the tape needs it.
 * Throws InputError when `body` returns a promise: a scope ends when its function returns.
 */
export function scope<T>(body: () => T): T {
  if (holds > 0 && current !== null) return checkDone(body());
  const own = new Scope(current);
  current = own;
  let result: T;
  try {
    result = checkDone(body());
  } catch (error) {
    current = own.parent;
    own.close([]);
    throw error;
  }
  current = own.parent;
  own.close(tensorsIn(result));
  return result;
}

/**
 * A scope that ends with an async function, for backends whose numbers must be waited for: what `inside` runs makes its
 * tensors in it, of which those live on that the function's value holds. Rejects with InputError while another such scope or an ordinary one is open.
 */
export async function scopeAcross<T>(body: (inside: <R>(part: () => R) => R) => Promise<T>): Promise<T> {
  if (across || current !== null) {
    throw new InputError('scopeAcross: another scope is open, expected what came before to be awaited.');
  }
  const own = new Scope(null);
  across = true;
  const inside = <R>(part: () => R): R => {
    const outer = current;
    current = own;
    try {
      return part();
    } finally {
      current = outer;
    }
  };
  let kept: ReadonlySet<Tensor> = new Set();
  try {
    const result = await body(inside);
    kept = tensorsIn(result);
    return result;
  } finally {
    across = false;
    own.close(kept);
  }
}

/** For ops: what tensors made now live as long as; null outside every scope. */
export const currentScope = (): Scope | null => current;

/** For tapes: until the returned function is called, scopes opened inside free nothing. */
export function holdScopes(): () => void {
  holds++;
  return () => {
    holds--;
  };
}

/** One open scope: how high each backend's arena stood when it was opened. */
export class Scope implements Lifetime {
  open = true;
  readonly parent: Scope | null;
  readonly #marks = new Map<Backend, number>();

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  /** Called before anything is allocated on `backend` in this scope. */
  enter(backend: Backend): void {
    if (!this.#marks.has(backend)) this.#marks.set(backend, backend.mark());
  }

  /** Frees the arena, and moves what `kept` tensors need to the parent, or to ordinary arrays. */
  close(kept: Iterable<Tensor>): void {
    const moved = new Map<Storage, Taken>();
    for (const { storage } of kept) {
      if (storage.ownedBy(this) && !moved.has(storage)) moved.set(storage, storage.moveOut());
    }
    this.open = false;
    for (const [backend, mark] of this.#marks) backend.reset(mark);
    for (const [storage, taken] of moved) {
      this.parent?.enter(storage.backend);
      storage.moveTo(this.parent, taken);
    }
  }
}

let current: Scope | null = null;
let holds = 0;
/** Whether a scope of an async function is open. */
let across = false;

function checkDone<T>(result: T): T {
  if (result instanceof Promise) {
    throw new InputError('scope: the function returned a promise, expected it to finish before it returns.');
  }
  return result;
}

/** The tensors in a value made of arrays and plain records, which may hold themselves. */
function tensorsIn(value: unknown, found = new Set<Tensor>(), seen = new Set<unknown>()): Set<Tensor> {
  if (value instanceof Tensor) found.add(value);
  else if (isCollection(value) && !seen.has(value)) {
    seen.add(value);
    for (const inner of Object.values(value)) tensorsIn(inner, found, seen);
  }
  return found;
}

function isCollection(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
