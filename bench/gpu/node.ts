/* On a machine with a GPU: checks and times the GPU backend in Node, through the package webgpu, and PyTorch beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureGpu } from './measure.ts';
import { timePyTorch } from './pytorch.ts';

const out = process.argv[2] ?? '.';
const say = (line: string) => void process.stdout.write(`${line}\n`);
// Beside the compiled program, as it was packed.
const script = fileURLToPath(new URL('../peers/pytorch.py', import.meta.url));
const write = (name: string, value: unknown) =>
  writeFileSync(join(out, name), `${JSON.stringify(value, null, 2)}\n`);

write('pytorch.json', [
  ...(await timePyTorch(script, 'cuda', say)),
  ...(await timePyTorch(script, 'cpu', say)),
]);
write('node.json', await measureGpu({ host: `Node ${process.version}`, mode: 'webgpu', wasm: 'all', say }));
process.exit(0);
