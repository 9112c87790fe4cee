/* The page that Chromium opens: measures the mode in its address, and posts each line, and the figures so far, to its server. */
import type { GpuMode } from '../../../src/backends/gpu/device.ts';
import type { GpuFigures } from '../figures.ts';
import { measureGpu } from '../measure.ts';

const post = (path: string, body: string) => fetch(path, { method: 'POST', body });
const say = (line: string) => void post('/say', line);
const mode = new URL(location.href).searchParams.get('mode') as GpuMode;
const host = /Chrom\w+\/\d+/.exec(navigator.userAgent)?.[0].replace('/', ' ') ?? navigator.userAgent;

try {
  let sent: Promise<unknown> = Promise.resolve();
  const keep = (figures: GpuFigures) => {
    sent = post('/figures', JSON.stringify(figures));
  };
  await measureGpu({ host, mode, wasm: 'small', say, keep });
  await sent;
  await post('/done', '');
} catch (error) {
  await post('/failed', error instanceof Error ? `${error.message}\n${error.stack}` : `${error}`);
}
