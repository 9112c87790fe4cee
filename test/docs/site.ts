import { buildSite } from './buildSite.ts';
import { root } from './pages.ts';
import { serve } from './serve.ts';

export interface Site {
  /** Where the site is served, with a slash at the end: `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** The folder of the built files. */
  readonly folder: string;
  close(): Promise<void>;
}

/**
 * The documentation as readers get it: built, and served over HTTP as a plain host of files serves it, compressed and
 * without special headers. It is built once for the sources as they are, by whichever test file comes first; the
 * others wait for it. Allow a `beforeAll` that calls this `siteTimeout` milliseconds, and close it in `afterAll`.
 */
export async function builtSite(): Promise<Site> {
  const folder = await buildSite(root);
  return { folder, ...(await serve(folder)) };
}

/** How long a machine with two busy cores may take to build the site. */
export const siteTimeout = 600_000;
