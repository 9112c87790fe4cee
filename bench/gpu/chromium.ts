/* On a machine with a GPU: serves the built page to a Chromium, and writes the figures of each mode that runs on hardware. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

const [, , executable, folder, out, secondsEach = '280'] = process.argv;
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
/** What lets Chromium draw with the driver's Vulkan on a screen that is none, with WebGL2 and WebGPU both on the GPU. */
const flags = [
  '--use-gl=angle',
  '--use-angle=vulkan',
  '--enable-features=Vulkan',
  '--disable-vulkan-surface',
  '--enable-unsafe-webgpu',
];

for (const mode of ['webgpu', 'webgl2']) {
  const figures = await open(mode);
  if (figures !== null) await writeFile(join(out, `chromium-${mode}.json`), `${figures}\n`);
}
process.exit(0);

/** The figures of the page in one mode, as JSON, as far as it came in time; null where it does not run on hardware. */
function open(mode: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (request.method === 'POST') {
        let body = '';
        for await (const part of request) body += part;
        response.end();
        if (url.pathname === '/figures') figures = body;
        else if (url.pathname === '/done') end();
        else console.log(`${mode}: ${body}`);
        const isSoftware = /SwiftShader|llvmpipe/i.test(body);
        if (isSoftware) figures = null;
        if (isSoftware || url.pathname === '/failed') end();
        return;
      }
      try {
        const name = url.pathname === '/' ? '/index.html' : url.pathname;
        response.setHeader('Content-Type', types[extname(name)] ?? 'application/octet-stream');
        response.end(await readFile(join(folder, name)));
      } catch {
        response.statusCode = 404;
        response.end();
      }
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      const common = ['--no-sandbox', '--ignore-gpu-blocklist', '--disable-gpu-watchdog'];
      const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update'];
      const profile = `--user-data-dir=${mkdtempSync(join(tmpdir(), 'chromium-'))}`;
      const page = `http://127.0.0.1:${port}/?mode=${mode}`;
      const chromium = spawn(executable, [...common, ...quiet, ...flags, profile, page], {
        // It reports much, and nothing that would tell why a page stays without a GPU.
        stdio: 'ignore',
      });
      chromium.on('exit', (code) => {
        if (!ended) console.log(`${mode}: Chromium ended with code ${code}`);
        end();
      });
      const timer = setTimeout(() => {
        console.log(`${mode}: ended after ${secondsEach} s`);
        end();
      }, 1000 * Number(secondsEach));
      finish = () => {
        clearTimeout(timer);
        chromium.kill('SIGKILL');
        server.close();
        server.closeAllConnections();
      };
    });
    let finish = () => {};
    let ended = false;
    let figures: string | null = null;
    const end = () => {
      if (ended) return;
      ended = true;
      finish();
      resolve(figures);
    };
  });
}
