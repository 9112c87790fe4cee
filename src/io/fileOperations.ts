import { link, open, readdir, rename, rm } from 'node:fs/promises';

/** What saving a file asks of the system, one call each, so that a test can fail or record any of them. */
export interface FileOperations {
  /** Opens a file for writing, new or emptied. */
  create(path: string): Promise<WritableFile>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. */
  link(from: string, to: string): Promise<void>;
  /** Removes a name, if it is there. */
  remove(path: string): Promise<void>;
  /** The names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Brings a folder's names to the disk: they have a cache of their own. */
  flushFolder(folder: string): Promise<void>;
}

export interface WritableFile {
  /** Writes bytes at the end, perhaps only the first few, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Brings the contents to the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Those of Node. */
export const systemFiles: FileOperations = {
  async create(path) {
    const file = await open(path, 'w');
    return {
      write: async (bytes) => (await file.write(bytes)).bytesWritten,
      flush: () => file.sync(),
      close: () => file.close(),
    };
  },
  rename,
  link,
  remove: (path) => rm(path, { force: true }),
  list: readdir,
  async flushFolder(folder) {
    // Windows opens no folders, and flushes its directory entries with the file.
    if (process.platform === 'win32') return;
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/**
 * Writes all bytes to a file and brings them to the disk, before it is closed.
 *
 * @throws what the operations throw, and Error where a write takes no byte at all
 */
export async function writeFlushed(files: FileOperations, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.create(path);
  try {
    for (let at = 0; at < bytes.length; ) {
      const taken = await file.write(bytes.subarray(at, at + LARGEST_WRITE));
      if (taken === 0) throw new Error('the system takes no more bytes, and does not say why');
      at += taken;
    }
    await file.flush();
  } catch (error) {
    // The first error is the one to tell of.
    await file.close().catch(() => {});
    throw error;
  }
  await file.close();
}

const LARGEST_WRITE = 2 ** 20;
