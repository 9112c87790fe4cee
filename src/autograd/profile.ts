/** Milliseconds spent in each op's kernels, forward and backward, by the op's name. */
export type Profile = Map<string, number>;

/** Runs `body` and adds up the time of every op in it. */
export function profile<T>(into: Profile, body: () => T): T {
  const outer = current;
  current = into;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** For ops: runs `body`, and counts its time when someone is profiling. */
export function timed<T>(name: string, body: () => T): T {
  if (current === null) return body();
  const start = performance.now();
  const result = body();
  current.set(name, (current.get(name) ?? 0) + performance.now() - start);
  return result;
}

let current: Profile | null = null;
