import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variant, Workload } from '../workloads/definitions.ts';
import type { Launch } from './contender.ts';
import { installNpmPeers, installPyTorch } from './install.ts';

/** Another library, and the jobs that it has a program for here. */
export interface Peer {
  readonly name: string;
  takes(workload: Workload, variant: Variant): boolean;
  /** Installs it where that was not done before. Throws an Error that says why it cannot be had. */
  launch(folder: string): Promise<Launch>;
}

const isTraining = ({ task }: Workload): boolean => task !== 'stream';
const inFactors = (variant: Variant): boolean => variant === 'dense' || variant === 'lowRank';
const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));
const sources = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));

/** Ourselves, as a contender. */
export const ours: Launch = { name: 'compact-rnn', command: process.execPath, args: [program('ours')] };

/** Everyone that we are compared with. */
export const peers: readonly Peer[] = [
  {
    name: 'PyTorch',
    takes: (_, variant) => variant !== 'hybrid',
    async launch(folder) {
      const root = await installPyTorch(folder);
      const libraries = [
        'usr/lib/x86_64-linux-gnu/openblas-pthread',
        'usr/lib/x86_64-linux-gnu',
        'usr/lib',
        'lib/x86_64-linux-gnu',
      ];
      const env = {
        LD_LIBRARY_PATH: libraries.map((path) => join(root, path)).join(':'),
        PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
        OMP_NUM_THREADS: '1',
        OPENBLAS_NUM_THREADS: '1',
        // By default malloc gives memory back after every step and faults it in again at the next one.
        MALLOC_TRIM_THRESHOLD_: '4294967296',
        MALLOC_MMAP_THRESHOLD_: '4294967296',
        MALLOC_TOP_PAD_: '268435456',
      };
      const python = '/usr/bin/python3';
      const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
      const version = execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], options).trim();
      return { name: `PyTorch ${version}`, command: python, args: [join(sources, 'pytorch.py')], env };
    },
  },
  javaScript(
    'onnxruntime-node',
    'onnxruntime-node',
    'onnxruntime',
    (workload, variant) => !isTraining(workload) && inFactors(variant),
  ),
  javaScript(
    'jax-js',
    '@jax-js/jax',
    'jax',
    (workload, variant) => isTraining(workload) && inFactors(variant),
  ),
  javaScript(
    'TensorFlow.js',
    '@tensorflow/tfjs-backend-wasm',
    'tensorflow',
    (workload, variant) => isTraining(workload) && inFactors(variant),
  ),
];

function javaScript(name: string, packageName: string, file: string, takes: Peer['takes']): Peer {
  return {
    name,
    takes,
    async launch(folder) {
      const root = await installNpmPeers(folder);
      const manifest = readFileSync(join(root, 'node_modules', packageName, 'package.json'), 'utf8');
      const { version } = JSON.parse(manifest) as { version: string };
      return { name: `${name} ${version}`, command: process.execPath, args: [program(file), root] };
    },
  };
}
