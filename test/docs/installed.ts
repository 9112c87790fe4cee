import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeBlocks } from './codeBlocks.ts';
import { root } from './pages.ts';

/**
 * An empty folder of someone who installed the packed package: `npm pack` packs it, and its files are unpacked to where
 * `npm install` puts them. The registry is not asked, so the packages that it depends on are those of this repository.
 */
export function folderWithPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
  // What is built is packed as it is: building anew would take it from other tests.
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const installed = join(folder, 'node_modules/compact-rnn');
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, JSON.parse(packed)[0].filename);
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Saves the files that a page of the site tells its reader to save. */
export function saveFilesOf(page: string, folder: string): void {
  const blocks = codeBlocks(readFileSync(join(root, page), 'utf8'), page);
  for (const { file, code } of blocks) if (file !== undefined) writeFileSync(join(folder, file), code);
}
