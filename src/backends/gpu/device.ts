import { gpuFunctions } from '../../../kernels/activation.gpu.ts';
import { InputError } from '../../errors.ts';
import type { Program } from './program.ts';
import type { DeviceArray } from './texture.ts';
import { provideWebGpu } from './webgpuInNode.ts';

/** The two interfaces through which gpu.js reaches a GPU. */
export type GpuMode = 'webgpu' | 'webgl2';

/** A GPU that gpu.js has started on, in a mode that was seen to work. */
export interface Device {
  readonly mode: GpuMode;
  /** What the driver calls itself. */
  readonly adapter: string;
  /** Whether it refuses all that it is asked, since its context was lost or a command failed. */
  readonly isLost: boolean;
  /** Compiles a program at its first use, and launches it on arrays and on where the buffers begin in them. */
  run(
    program: Program,
    arrays: readonly DeviceArray[],
    starts: readonly number[],
    numbers: readonly number[],
  ): Promise<DeviceArray>;
  upload(values: Float32Array): Promise<DeviceArray>;
  /** Rejects when the device is lost. */
  read(array: DeviceArray): Promise<Float32Array>;
}

/**
 * Starts gpu.js in a mode, or in the first that works here, WebGPU before WebGL2. Rejects with InputError, which gives the
 * reason for every mode that was tried, where none does.
 */
export async function startDevice(mode?: GpuMode): Promise<Device> {
  const { GPU, Input } = await importGpu();
  const reasons: string[] = [];
  for (const candidate of mode === undefined ? (['webgpu', 'webgl2'] as const) : [mode]) {
    try {
      return await probe(GPU, Input, candidate);
    } catch (error) {
      reasons.push(`${candidate}: ${firstLine(error)}`);
    }
  }
  throw new InputError(`The gpu backend cannot run here. ${reasons.join(' ')}`);
}

/** As much of gpu.js as is used; its own types leave out WebGPU's. */
interface GpuJs {
  readonly GPU: new (settings: {
    mode: GpuMode;
  }) => {
    addFunction(source: string, settings: object): void;
    createKernel(source: string, settings: object): Kernel;
  };
  readonly Input: new (values: Float32Array, size: number[]) => object;
}
interface Kernel {
  (...args: unknown[]): unknown;
  readonly kernel: { readonly constructor: { readonly mode: string }; readonly context: unknown };
}

async function importGpu(): Promise<GpuJs> {
  try {
    const module = (await import('gpu.js')) as unknown as GpuJs & { default?: GpuJs };
    return module.default?.GPU === undefined ? module : module.default;
  } catch (error) {
    throw new InputError(
      `The gpu backend needs the package gpu.js, which could not be loaded: ${firstLine(error)}`,
    );
  }
}

async function probe(GPU: GpuJs['GPU'], Input: GpuJs['Input'], mode: GpuMode): Promise<Device> {
  if (mode === 'webgpu') await provideWebGpu();
  const gpu = new GPU({ mode });
  for (const source of gpuFunctions) {
    gpu.addFunction(source, { argumentTypes: ['Number'], returnType: 'Number' });
  }
  const kernels = new Map<string, Kernel>();
  let failure: Error | null = null;
  let context: unknown = null;
  const failed = (): Error | null => {
    if (mode === 'webgl2' && (context as WebGL2RenderingContext).isContextLost()) {
      failure ??= new Error('The WebGL2 context was lost.');
    }
    return failure;
  };
  const checkAlive = (): void => {
    const error = failed();
    if (error !== null) throw error;
  };

  const call = async (key: string, make: () => Kernel, args: readonly unknown[]): Promise<DeviceArray> => {
    let kernel = kernels.get(key);
    const isNew = kernel === undefined;
    if (kernel === undefined) {
      kernel = make();
      kernels.set(key, kernel);
    }
    let result: DeviceArray;
    try {
      result = (await kernel(...args)) as DeviceArray;
    } catch (error) {
      // A lost context refuses whatever it is asked for, without saying why.
      if (context !== null) checkAlive();
      throw error;
    }
    if (isNew) {
      checkMode(kernel, mode);
      if (context === null) {
        context = kernel.kernel.context;
        onUncaptured(context, (error) => {
          failure ??= error;
        });
      }
    }
    return result;
  };
  const settings = { precision: 'single', tactic: 'precision', pipeline: true, immutable: true };
  const array = mode === 'webgpu' ? 'WebGPUBuffer' : 'ArrayTexture(1)';

  const device: Device = {
    mode,
    get adapter() {
      return adapterOf(context);
    },
    get isLost() {
      return failed() !== null;
    },
    run({ key, source, output, arrays, numbers: count }, inputs, starts, numbers) {
      const make = () =>
        gpu.createKernel(source, {
          ...settings,
          output: [...output],
          argumentTypes: [
            ...Array.from({ length: 2 * arrays }, (_, i) => (i % 2 === 0 ? array : 'Integer')),
            ...Array.from({ length: count }, () => 'Float'),
          ],
          // A buffer may begin anywhere in a texture of any size.
          dynamicArguments: true,
          // Quotients are made exact where it matters.
          fixIntegerDivisionAccuracy: false,
        });
      return call(key, make, [...inputs.flatMap((input, i) => [input, starts[i]]), ...numbers]);
    },
    upload(values) {
      const make = () =>
        gpu.createKernel('function (values) { return values[this.thread.x]; }', {
          ...settings,
          output: [values.length],
          argumentTypes: ['Input'],
        });
      // A kernel that was called with values cannot be called with textures: those that upload stand apart.
      return call(`upload ${values.length}`, make, [new Input(values, [values.length])]);
    },
    async read(array) {
      checkAlive();
      const values = flat(await array.toArray());
      checkAlive();
      return values;
    },
  };
  const [given, found] = [
    Float32Array.of(1, -2, 0.5),
    await device.read(await device.upload(Float32Array.of(1, -2, 0.5))),
  ];
  if (given.some((value, i) => value !== found[i]))
    throw new Error(`what was written comes back as ${found}.`);
  return device;
}

/** gpu.js falls back to the CPU without a word where a mode does not work. */
function checkMode({ kernel }: Kernel, mode: GpuMode): void {
  const found = kernel.constructor.mode;
  const isThere =
    mode === 'webgpu'
      ? found === 'webgpu'
      : found === 'gpu' && kernel.context instanceof globalThis.WebGL2RenderingContext;
  if (!isThere) throw new Error(`gpu.js fell back to its mode ${found}.`);
}

interface WebGpuContext {
  readonly adapter: { readonly info?: Readonly<Record<string, string>> };
  readonly device: EventTarget & { readonly lost: Promise<{ readonly message: string }> };
}

const isWebGpu = (context: unknown): context is WebGpuContext =>
  typeof context === 'object' && context !== null && 'adapter' in context;

/** Commands that WebGPU refuses, and the loss of its device, are reported apart from the calls that gave them. */
function onUncaptured(context: unknown, fail: (error: Error) => void): void {
  if (!isWebGpu(context)) return;
  void context.device.lost.then(({ message }) => fail(new Error(`The WebGPU device was lost: ${message}`)));
  context.device.addEventListener('uncapturederror', (event) => {
    fail((event as Event & { error: Error }).error);
  });
}

function adapterOf(context: unknown): string {
  if (isWebGpu(context)) {
    const { description, device, architecture, vendor } = context.adapter.info ?? {};
    return (
      description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an adapter without a name'
    );
  }
  const gl = context as WebGL2RenderingContext;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
}

/** gpu.js gives rows and layers of rows. */
function flat(values: unknown): Float32Array {
  if (values instanceof Float32Array) return values;
  const parts = (values as unknown[]).map(flat);
  const joined = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return joined;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : `${error}`).split('\n')[0];
