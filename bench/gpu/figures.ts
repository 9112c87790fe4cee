import type { Calibration } from '../../src/backends/auto.ts';

/** What a GPU did, on one of gpu.js's modes, beside the wasm backend of the same machine. */
export interface GpuFigures {
  /** Where it ran: `Node v24.21.0`, `Chromium 147`. */
  readonly host: string;
  readonly mode: string;
  /** What the adapter calls itself. */
  readonly adapter: string;
  readonly check: RegistryCheck;
  /** Of a kernel on a few numbers, one after the other, each waiting for the one before. */
  readonly microsecondsPerLaunch: number;
  readonly products: readonly ProductFigures[];
  /** What `chooseBackend` goes by on this machine. */
  readonly calibration: Calibration;
  readonly trainings: readonly TrainingFigures[];
}

/** Every sample of every op, forward and gradient, against the float64 reference. */
export interface RegistryCheck {
  readonly ops: number;
  readonly samples: number;
  /** Largest |difference| / largest |reference|, over outputs of primitives, and over gradients and fused ops. */
  readonly worstPrimitive: number;
  readonly worstOther: number;
  /** Those out of bounds, in words. */
  readonly failures: readonly string[];
}

/** C = A·B of square matrices. */
export interface ProductFigures {
  readonly side: number;
  readonly gpuMs: number;
  readonly wasmMs: number;
  /** Largest |difference| / largest |value| between the two. */
  readonly difference: number;
}

/** A whole training step. */
export interface TrainingFigures {
  readonly workload: string;
  readonly variant: string;
  /** Medians; null where it could not be run, for which `reason` says why. */
  readonly gpuMs: number | null;
  readonly reason?: string;
  /** Kernels started in a step. */
  readonly launches: number;
  readonly wasmMs: number | null;
  /** |difference| / |loss| of the first step between the two. */
  readonly difference: number | null;
}

/** A whole training step of PyTorch on the same machine. */
export interface PyTorchFigures {
  readonly workload: string;
  readonly device: string;
  readonly ms: number;
  readonly form: string;
}
