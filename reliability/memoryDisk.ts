import { basename } from 'node:path';
import type { FileOperations } from '../src/io/fileOperations.ts';

/** A file apart from its names: what it holds, and how much of that the disk is sure to have. */
export interface Content {
  bytes: Uint8Array;
  /** What was flushed last; null where nothing ever was. */
  flushed: Uint8Array | null;
}

export type Names = ReadonlyMap<string, Content>;

/** A change of a folder's names, whole or not at all. */
export type Change = (names: Map<string, Content>) => void;

/** What a system call does in place of its work: fail, take a part of the bytes, or be the first that never comes about. */
export type Fault = 'ENOSPC' | 'EIO' | 'short' | 'crash';

/**
 * One folder in memory that keeps, beside what a program sees, what is sure to be on the disk and what may be lost in a crash:
 * changes of names since the folder was flushed, and contents since their file was.
 */
export class MemoryDisk {
  readonly files: FileOperations;
  /** As a program sees them. */
  readonly names: Map<string, Content>;
  /** As they were flushed last. */
  durable: Names;
  /** Changes since then. */
  pending: Change[] = [];
  /** Names of the calls so far, in order. */
  readonly calls: string[] = [];
  readonly #onCall: (call: string, index: number) => Fault | undefined;

  #crashed = false;

  /** `onCall` is told of every call before it is made, and may have it fail. */
  constructor(
    names: Names = new Map(),
    onCall: (call: string, index: number) => Fault | undefined = () => undefined,
  ) {
    this.names = new Map(names);
    this.durable = new Map(names);
    this.#onCall = onCall;
    this.files = {
      create: async (path) => {
        this.#call('create');
        const content: Content = { bytes: new Uint8Array(0), flushed: null };
        const old = this.names.get(basename(path));
        if (old !== undefined) old.bytes = content.bytes;
        const file = old ?? content;
        if (old === undefined) this.#change((names) => names.set(basename(path), file));
        return {
          write: async (bytes) => {
            const taken = this.#call('write') === 'short' ? Math.ceil(bytes.length / 3) : bytes.length;
            file.bytes = joined(file.bytes, bytes.subarray(0, taken));
            return taken;
          },
          flush: async () => {
            this.#call('flush');
            file.flushed = file.bytes;
          },
          close: async () => {
            this.#call('close');
          },
        };
      },
      rename: async (from, to) => {
        this.#call('rename');
        const content = this.#existing(from);
        this.#change((names) => {
          // Where the first name never reached the disk there is nothing to rename.
          if (names.get(basename(from)) !== content) return;
          names.delete(basename(from));
          names.set(basename(to), content);
        });
      },
      link: async (from, to) => {
        this.#call('link');
        const content = this.#existing(from);
        if (this.names.has(basename(to))) throw failure('EEXIST');
        this.#change((names) => names.set(basename(to), content));
      },
      remove: async (path) => {
        this.#call('remove');
        const content = this.names.get(basename(path));
        if (content === undefined) return;
        this.#change((names) => {
          if (names.get(basename(path)) === content) names.delete(basename(path));
        });
      },
      list: async () => {
        this.#call('list');
        return [...this.names.keys()];
      },
      flushFolder: async () => {
        this.#call('flushFolder');
        this.durable = new Map(this.names);
        this.pending = [];
      },
    };
  }

  #call(call: string): Fault | undefined {
    this.calls.push(call);
    const fault = this.#crashed ? 'crash' : this.#onCall(call, this.calls.length - 1);
    if (fault === 'crash') this.#crashed = true;
    if (fault !== undefined && fault !== 'short') throw failure(fault);
    return fault;
  }

  #change(change: Change): void {
    change(this.names);
    this.pending.push(change);
  }

  #existing(path: string): Content {
    const content = this.names.get(basename(path));
    if (content === undefined) throw failure('ENOENT');
    return content;
  }
}

const failure = (code: string) => Object.assign(new Error(code), { code });

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
