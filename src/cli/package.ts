import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a file that comes with this package, wherever it was installed and whether it was compiled or not. */
export function fromPackage(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, path);
}

/** The version in package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(fromPackage('package.json'), 'utf8')).version;
}
