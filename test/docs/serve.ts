import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.woff2': 'font/woff2',
};
const compressed = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg']);

/** Serves a folder on 127.0.0.1, text compressed by gzip, with `headers` on every answer. */
export async function serve(folder: string, headers: Record<string, string> = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://host').pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404, { ...headers, 'content-type': 'text/plain' }).end(`There is no ${path} here.`);
      return;
    }
    const kind = extname(file);
    const zip = compressed.has(kind) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const content = readFileSync(file);
    const body = zip ? gzipSync(content) : content;
    response.writeHead(200, {
      ...headers,
      'content-type': types[kind] ?? 'application/octet-stream',
      'content-length': body.length,
      ...(zip ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
