/** Thrown inside the program when it asks to end. */
export class ProgramExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`The program ended with ${code}.`);
    this.code = code;
  }
}

export interface WasiHost {
  /** The functions of `wasi_snapshot_preview1` that a program which writes one file calls. */
  readonly imports: Record<string, (...args: never[]) => number>;
  /** Gives the host the program's memory; before `_start`. */
  connect(memory: WebAssembly.Memory): void;
  /** The bytes of the file that the program wrote. */
  file(): Uint8Array;
  /** What the program printed. */
  log(): string;
}

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NOT_SEEKABLE = 70;
const FOLDER = 3;
const FILE = 4;
const ALL_RIGHTS = 0x1fffffffn;
const [CHARACTER_DEVICE, DIRECTORY, REGULAR_FILE] = [2, 3, 4];

/**
 * A host for a WASI program that reads nothing and writes one file: the file lives in memory, the clock
 * stands still, no disk is touched. The functions follow *wasi_snapshot_preview1* (WebAssembly/WASI, `witx`);
 * descriptor 3 is the folder, 4 the file.
 */
export function wasiHost(args: readonly string[]): WasiHost {
  const argv = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  let memory: WebAssembly.Memory | undefined;
  // The memory may grow at any call, which detaches its buffer: views are made anew.
  const view = (): DataView => new DataView(memory!.buffer);
  const bytes = (): Uint8Array => new Uint8Array(memory!.buffer);
  const output = growingFile();
  let printed = '';

  const imports: WasiHost['imports'] = {
    args_sizes_get(count: number, size: number) {
      view().setUint32(count, argv.length, true);
      view().setUint32(
        size,
        argv.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return SUCCESS;
    },
    args_get(pointers: number, text: number) {
      let at = text;
      argv.forEach((arg, i) => {
        view().setUint32(pointers + 4 * i, at, true);
        bytes().set(arg, at);
        at += arg.length;
      });
      return SUCCESS;
    },
    clock_time_get(_clock: number, _precision: bigint, time: number) {
      view().setBigUint64(time, 0n, true);
      return SUCCESS;
    },
    fd_close: () => SUCCESS,
    fd_fdstat_set_flags: () => SUCCESS,
    fd_fdstat_get(descriptor: number, status: number) {
      bytes().fill(0, status, status + 24);
      view().setUint8(
        status,
        descriptor === FOLDER ? DIRECTORY! : descriptor < FOLDER ? CHARACTER_DEVICE! : REGULAR_FILE!,
      );
      view().setBigUint64(status + 8, ALL_RIGHTS, true);
      view().setBigUint64(status + 16, ALL_RIGHTS, true);
      return SUCCESS;
    },
    fd_prestat_get(descriptor: number, status: number) {
      if (descriptor !== FOLDER) return BAD_DESCRIPTOR;
      view().setUint32(status, 0, true);
      view().setUint32(status + 4, 1, true);
      return SUCCESS;
    },
    fd_prestat_dir_name(_descriptor: number, name: number) {
      bytes()[name] = '.'.charCodeAt(0);
      return SUCCESS;
    },
    path_open(...[, , , , , , , , opened]: number[]) {
      output.truncate();
      view().setUint32(opened!, FILE, true);
      return SUCCESS;
    },
    fd_read(_descriptor: number, _vectors: number, _count: number, read: number) {
      view().setUint32(read, 0, true);
      return SUCCESS;
    },
    fd_seek(descriptor: number, offset: bigint, whence: number, position: number) {
      if (descriptor !== FILE) return NOT_SEEKABLE;
      view().setBigUint64(position, BigInt(output.seek(Number(offset), whence)), true);
      return SUCCESS;
    },
    fd_write(descriptor: number, vectors: number, count: number, written: number) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const start = view().getUint32(vectors + 8 * i, true);
        const length = view().getUint32(vectors + 8 * i + 4, true);
        const data = bytes().subarray(start, start + length);
        if (descriptor === FILE) output.write(data);
        else printed += new TextDecoder().decode(data);
        total += length;
      }
      view().setUint32(written, total, true);
      return SUCCESS;
    },
    proc_exit(code: number) {
      throw new ProgramExit(code);
    },
  };
  return {
    imports,
    connect(programMemory) {
      memory = programMemory;
    },
    file: () => output.bytes(),
    log: () => printed,
  };
}

function growingFile() {
  let buffer = new Uint8Array(1 << 18);
  let length = 0;
  let position = 0;
  return {
    truncate(): void {
      length = 0;
      position = 0;
    },
    seek(offset: number, whence: number): number {
      position = offset + [0, position, length][whence]!;
      return position;
    },
    write(data: Uint8Array): void {
      const end = position + data.length;
      if (end > buffer.length) {
        const larger = new Uint8Array(2 * end);
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(data, position);
      position = end;
      length = Math.max(length, end);
    },
    bytes: (): Uint8Array => buffer.slice(0, length),
  };
}
