import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporaryFolder.ts';

/**
 * A folder to put before the PATH that stands in for Debian: `apt-get download` leaves a package, and `dpkg -x`
 * unpacks these files.
 */
export function fakeDebian(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = temporaryFolder();
  const content = join(folder, 'content');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), bytes);
  }
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\ntouch "$2.deb"\n', { mode: 0o755 });
  writeFileSync(join(folder, 'dpkg'), `#!/bin/sh\ncp -r "${content}/." "$3"\n`, { mode: 0o755 });
  return folder;
}
