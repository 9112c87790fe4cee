import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { vi } from 'vitest';
import { temporaryFolder } from './speech/corpora/temporaryFolder.ts';

/**
 * Stands in for Debian until the environment is unstubbed: `apt-get download` leaves a package, `dpkg -x` unpacks the
 * given files, by their paths in it.
 */
export function fakeDebian(files: Readonly<Record<string, Uint8Array>>): void {
  const tools = temporaryFolder();
  const content = join(tools, 'content');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), bytes);
  }
  writeFileSync(join(tools, 'apt-get'), '#!/bin/sh\ntouch "$2.deb"\n', { mode: 0o755 });
  writeFileSync(join(tools, 'dpkg'), `#!/bin/sh\ncp -r "${content}/." "$3"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH']}`);
}
