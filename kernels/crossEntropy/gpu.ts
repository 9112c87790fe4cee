import { scale } from '../elementwise/gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { sumAxis } from '../reduce/gpu.ts';
import { normalizers } from '../softmax/gpu.ts';

export function crossEntropy(
  gpu: Gpu,
  logits: GpuBuffer,
  classes: GpuIntegers,
  loss: GpuBuffer,
  rows: number,
  cols: number,
): void {
  const [losses, total] = [gpu.allocate(rows), gpu.allocate(1)];
  gpu.launch({
    name: 'crossEntropy',
    reads: {
      logits: [logits, rows * cols],
      classes: [classes, rows],
      norms: [normalizers(gpu, logits, rows, cols), rows * 2],
    },
    constants: { cols },
    threads: { row: rows },
    source: `
const right = Math.floor(classes[row]);
return Math.log(norms[row * 2 + 1]) - (logits[row * $cols + right] - norms[row * 2]);`,
    writes: [[losses, rows]],
  });
  sumAxis(gpu, losses, total, 1, rows, 1);
  scale(gpu, total, loss, 1, 1 / rows);
}

export function crossEntropyGrad(
  gpu: Gpu,
  logits: GpuBuffer,
  classes: GpuIntegers,
  dLoss: GpuBuffer,
  dLogits: GpuBuffer,
  rows: number,
  cols: number,
): void {
  gpu.launch({
    name: 'crossEntropyGrad',
    reads: {
      logits: [logits, rows * cols],
      classes: [classes, rows],
      dLoss: [dLoss, 1],
      norms: [normalizers(gpu, logits, rows, cols), rows * 2],
    },
    constants: { cols, rows },
    threads: { j: cols, row: rows },
    source: `
let difference = Math.exp(logits[row * $cols + j] - norms[row * 2]) / norms[row * 2 + 1];
if (j === Math.floor(classes[row])) { difference = difference - 1; }
return dLoss[0] / $rows * difference;`,
    writes: [[dLogits, rows * cols]],
  });
}
