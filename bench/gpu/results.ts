/* Makes docs/results/gpu.md and gpu.json of the figures that a machine with a GPU wrote into a folder. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GpuFigures, PyTorchFigures, TrainingFigures } from './figures.ts';

const [, , folder] = process.argv;
const read = <T>(name: string): T | null =>
  existsSync(join(folder, name)) ? (JSON.parse(readFileSync(join(folder, name), 'utf8')) as T) : null;
const runs = ['node.json', 'chromium-webgpu.json', 'chromium-webgl2.json']
  .map((name) => read<GpuFigures>(name))
  .filter((run): run is GpuFigures => run !== null);
const pytorch = read<PyTorchFigures[]>('pytorch.json') ?? [];
const docs = fileURLToPath(new URL('../../../docs/results', import.meta.url));

const place = ({ host, mode }: GpuFigures) => `${host}, ${mode}`;
const ms = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : value < 10 ? value.toFixed(3) : value.toFixed(1);
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** The side from which on every product is quicker on the GPU; null where the largest is not. */
function wins({ products }: GpuFigures): number | null {
  const lost = products.findLastIndex(({ gpuMs, wasmMs }) => gpuMs >= wasmMs);
  return products[lost + 1]?.side ?? null;
}

const chosenFrom = ({ calibration: { gpuFrom } }: GpuFigures): string =>
  Number.isFinite(gpuFrom)
    ? `the GPU from ${gpuFrom} multiply-accumulates on.`
    : 'wasm for every size that was tried.';

const trainingOf = (run: GpuFigures, { workload, variant }: TrainingFigures) =>
  run.trainings.find((own) => own.workload === workload && own.variant === variant);
const torchOf = (device: string, { workload, variant }: TrainingFigures) =>
  variant === 'dense'
    ? pytorch.find((own) => own.workload === workload && own.device === device)?.ms
    : undefined;
const [node] = runs;
/** A step is bound by its launches where each takes no more than twice what an empty one does. */
const isLaunchBound = ({ gpuMs, launches }: TrainingFigures, { microsecondsPerLaunch }: GpuFigures) =>
  gpuMs !== null && (1000 * gpuMs) / launches <= 2 * microsecondsPerLaunch;
const named = ({ workload, variant }: TrainingFigures) => `${workload} ${variant}`;
const bound = node.trainings.filter((own) => isLaunchBound(own, node));
const failures = runs.flatMap((run) => run.check.failures.map((failure) => `- ${place(run)}: ${failure}`));
const reasons = runs.flatMap((run) =>
  run.trainings.flatMap(({ workload, variant, reason }) =>
    reason === undefined ? [] : [`- ${place(run)}, ${workload} ${variant}: ${reason}`],
  ),
);

const page = `# On a real GPU

The adapter calls itself: ${[...new Set(runs.map(({ adapter }) => adapter))].join('; ')}.

Made by \`npm run bench:gpu\` on a machine with npm and Debian's packages, then \`run.sh node\` and \`run.sh chromium\` on the
machine with the GPU, then \`node dist/bench/gpu/results.js FOLDER\` with what they wrote. Chromium draws on a screen that is
none (Xvfb) with the driver's Vulkan: without a window it asks for Vulkan's headless surfaces, which NVIDIA's driver has not.

## Every op against the float64 reference

${table(
  ['', 'ops', 'samples', 'worst primitive', 'worst gradient or fused op', 'out of bounds'],
  runs.map((run) => [
    place(run),
    `${run.check.ops}`,
    `${run.check.samples}`,
    run.check.worstPrimitive.toExponential(1),
    run.check.worstOther.toExponential(1),
    `${run.check.failures.length}`,
  ]),
)}

Errors are max |difference| / max |reference|; the bounds are 1e-6 for outputs of primitives and 1e-5 for the rest.
${failures.length === 0 ? '' : `\n${failures.join('\n')}\n`}
## Products of square matrices, ms

${table(
  ['side', 'wasm', ...runs.map(place)],
  node.products.map(({ side, wasmMs }) => [
    `${side}`,
    ms(wasmMs),
    ...runs.map((run) => ms(run.products.find((own) => own.side === side)?.gpuMs)),
  ]),
)}

${runs
  .map((run) => {
    const side = wins(run);
    const launch = `one launch takes ${run.microsecondsPerLaunch.toFixed(0)} µs`;
    return side === null
      ? `${place(run)}: ${launch}; the GPU wins at no size that was tried.`
      : `${place(run)}: ${launch}; the GPU wins from side ${side} on.`;
  })
  .join('\n\n')}

A dash is what a page did not come to in the minutes that it had. WebGL2 draws, on the part of a GPU that can run pixel shaders:
on an H100 that is two of its 66 texture processing clusters (NVIDIA, H100 architecture white paper, 2022), to which WebGPU's
compute shaders are not bound. On a card made for drawing the two are nearer.

## What \`chooseBackend\` goes by

It times products of three sizes from arrays on the host to numbers read back, the quickest of three, and takes the GPU for
models whose products are at least as large as the least from which on it won.

${table(
  ['multiply-accumulates', ...runs.flatMap((run) => [`wasm, ms (${place(run)})`, 'GPU, ms'])],
  node.calibration.products.map(({ macs }, i) => [
    `${macs}`,
    ...runs.flatMap(({ calibration }) => [ms(calibration.products[i].cpu), ms(calibration.products[i].gpu)]),
  ]),
)}

${runs.map((run) => `${place(run)}: ${chosenFrom(run)}`).join('\n\n')}

## Whole training steps, ms

${table(
  ['', 'launches', 'µs a launch', 'wasm, one core', ...runs.map(place), 'PyTorch, one core', 'PyTorch, GPU'],
  node.trainings.map((own) => [
    named(own),
    `${own.launches}`,
    own.gpuMs === null ? '–' : ((1000 * own.gpuMs) / own.launches).toFixed(0),
    ms(own.wasmMs),
    ...runs.map((run) => ms(trainingOf(run, own)?.gpuMs)),
    ms(torchOf('cpu', own)),
    ms(torchOf('cuda', own)),
  ]),
)}

Bound by launches, that is at most twice an empty one for each: ${bound.map(named).join(', ') || 'none'}. There a kernel for a
whole sequence, one launch a layer instead of one or two a time step and direction, could save nearly all of the time; gpu.js,
whose kernels cannot wait for each other, has none. The other steps are bound by the kernels themselves.
${reasons.length === 0 ? '' : `\nNot run, and why:\n\n${reasons.join('\n')}\n`}`;

writeFileSync(join(docs, 'gpu.md'), page);
writeFileSync(join(docs, 'gpu.json'), `${JSON.stringify({ runs, pytorch }, null, 2)}\n`);
