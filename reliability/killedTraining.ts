import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemFiles } from '../src/io/fileOperations.ts';
import { CHECKPOINT } from '../src/tasks/training/savedTensors.ts';
import { KILLED, marks } from './kills.ts';
import { trainOnStream } from './stream.ts';

/*
 * The process that `kills` kills: trains in the folder that it is given, goes on where a checkpoint is, and says on standard
 * output what it is about, at once, so that the last word tells where it was killed.
 */

const say = (mark: string) => writeSync(1, mark);
const folder = process.argv[2]!;
/** Whether the file that is being replaced is one, and not that of the times. */
let isCheckpoint = false;
const { create, rename, link, flushFolder } = systemFiles;
// A millisecond before every call, and small writes: in memory a save would be over before anyone could kill it.
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
Object.assign(systemFiles, {
  async create(path) {
    isCheckpoint = path.includes(CHECKPOINT);
    if (isCheckpoint) say(marks.saving);
    await pause();
    const { write, flush, close } = await create(path);
    return {
      write: (bytes) => pause().then(() => write(bytes.subarray(0, 4096))),
      flush: () => pause().then(flush),
      close: () => pause().then(close),
    };
  },
  rename: (from, to) => pause().then(() => rename(from, to)),
  link: (from, to) => pause().then(() => link(from, to)),
  async flushFolder(path) {
    await pause();
    await flushFolder(path);
    if (isCheckpoint) say(marks.saved);
  },
} satisfies Partial<typeof systemFiles>);

const resume = existsSync(join(folder, CHECKPOINT));
say(marks.begun);
await trainOnStream({ ...KILLED, folder, resume, onProgress: ({ step }) => say(`${marks.update}${step};`) });
