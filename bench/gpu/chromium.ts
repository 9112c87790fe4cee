/* On a machine with a GPU: serves the built page to a Chromium, and writes the figures of each mode that runs on hardware. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const [, , executable, folder, out, secondsEach = '330'] = process.argv;
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
/** Ways in which Chromium may find the GPU without a display; the first that does on an adapter of hardware counts. */
const ways: Record<string, readonly (readonly string[])[]> = {
  webgpu: [
    // What draws the page may be software: WebGPU goes to the driver by itself.
    [
      '--enable-unsafe-webgpu',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--enable-features=Vulkan',
    ],
    [
      '--enable-unsafe-webgpu',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-vulkan-surface',
    ],
    ['--enable-unsafe-webgpu', '--use-gl=disabled', '--enable-features=Vulkan'],
    ['--enable-unsafe-webgpu', '--use-angle=vulkan', '--enable-features=Vulkan', '--use-vulkan=native'],
  ],
  webgl2: [
    ['--use-gl=angle', '--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface'],
    ['--use-gl=angle', '--use-angle=gl-egl'],
    ['--use-gl=egl'],
  ],
};

for (const mode of ['webgpu', 'webgl2']) {
  for (const flags of ways[mode]) {
    const figures = await open(mode, flags);
    if (figures === null) continue;
    await writeFile(join(out, `chromium-${mode}.json`), `${figures}\n`);
    break;
  }
}
process.exit(0);

/** The figures of the page in one mode, as JSON; null where it does not run on hardware. */
function open(mode: string, flags: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (request.method === 'POST') {
        let body = '';
        for await (const part of request) body += part;
        response.end();
        if (url.pathname !== '/figures') console.log(`${mode} ${flags.join(' ')}: ${body}`);
        if (url.pathname === '/figures') end(body);
        if (url.pathname === '/failed' || /SwiftShader|llvmpipe/i.test(body)) end(null);
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
      const common = ['--headless=new', '--no-sandbox', '--ignore-gpu-blocklist', '--disable-gpu-watchdog'];
      const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update'];
      const profile = `--user-data-dir=${join(out, `profile-${port}`)}`;
      const page = `http://127.0.0.1:${port}/?mode=${mode}`;
      const chromium = spawn(executable, [...common, ...quiet, ...flags, profile, page], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      chromium.on('exit', () => end(null));
      const timer = setTimeout(() => {
        console.log(`${mode} ${flags.join(' ')}: no figures within ${secondsEach} s`);
        end(null);
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
    const end = (figures: string | null) => {
      if (ended) return;
      ended = true;
      finish();
      resolve(figures);
    };
  });
}
