// The house has one direction: a layer may import from those to its left, never from those to its right.
const layers = [
  'linearAlgebra',
  'kernels',
  'backends',
  'tensor',
  'autograd',
  'ops',
  'maps',
  'nn',
  'optim',
  'train',
  'tasks',
  'cli',
];

const folder = (layer) => (layer === 'kernels' ? '^kernels/' : `^src/${layer}/`);
const anyOf = (names) => names.map(folder).join('|');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `${layer}-imports-nothing-above-it`,
      severity: 'error',
      from: { path: folder(layer) },
      to: { path: anyOf(layers.slice(i + 1)) },
    })),
    {
      name: 'optim-and-nn-stand-side-by-side',
      severity: 'error',
      from: { path: '^src/optim/' },
      to: { path: '^src/nn/' },
    },
    {
      name: 'io-knows-tensors-and-plain-records',
      severity: 'error',
      from: { path: '^src/io/' },
      to: { path: anyOf(layers.slice(layers.indexOf('autograd'))) },
    },
    {
      name: 'testing-knows-the-engine-only',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { path: anyOf(['train', 'tasks', 'cli']) },
    },
    {
      name: 'the-engine-has-no-dependency',
      severity: 'error',
      from: {
        path: '^(kernels|src/(linearAlgebra|backends|tensor|autograd|ops|maps|nn|optim|train))/',
        // Imports gpu.js when the GPU is asked for.
        pathNot: '^src/backends/gpu/device\\.ts$',
      },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['simd\\.ts$', '\\.generated\\.ts$'] },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: 'simd\\.ts$' },
    doNotFollow: { path: 'node_modules' },
  },
};
