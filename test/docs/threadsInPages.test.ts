import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer } from 'vite';
import { describe, expect, it } from 'vitest';
import { saveFilesOf } from './installed.ts';
import { root } from './pages.ts';
import { serve } from './serve.ts';
import { visitor } from './visitor.ts';

/* Someone does as the guides say of threads, and trains in a page. */
describe('a page trains', { timeout: 180_000 }, () => {
  const reader = visitor();

  /** Saves a page that trains from a task; the library is imported as `library`, and `source` says where the task comes from. */
  function savePage(name: string, { library = 'compact-rnn', head = '', source = '' }): string {
    const folder = join(reader.folder, name);
    mkdirSync(folder, { recursive: true });
    const files = {
      'index.html': `<!doctype html>${head}<p role="status"></p><script type="module" src="./main.js"></script>`,
      'task.js': `
        import { adam, crossEntropy, recurrentModel, tensor } from '${library}';
        export const model = recurrentModel({ inputSize: 1, layers: [{ hidden: 4 }], outputSize: 2 });
        export default () => ({
          loss: (p, { x, classes }) => crossEntropy(model.apply(p, tensor(x, [classes.length, 1, 1])).y, classes),
          items: ({ classes }) => classes.length,
          optimizer: (p) => adam(p),
        });`,
      'main.js': `
        import { parallelTrainer } from '${library}';
        import makeTask, { model } from './task.js';
        const losses = [];
        const train = async () => {
          const trainer = await parallelTrainer({ ${source}, parameters: model.initialise(1) });
          const shards = [{ x: [1, -1], classes: [1, 0] }, { x: [2, -2, 3], classes: [1, 0, 1] }];
          for (let step = 0; step < 20; step++) losses.push((await trainer.step(shards, { learningRate: 0.1 })).loss);
          await trainer.close();
        };
        const status = document.querySelector('[role=status]');
        train().then(() => (status.textContent = losses.join()), (error) => (status.textContent = error.message));`,
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  }

  /** What the page has to say when it is done. */
  async function result(url: string): Promise<string> {
    const page = await reader.newPage();
    try {
      await page.goto(url);
      const status = page.getByRole('status').filter({ hasText: /./ });
      await status.waitFor({ timeout: 100_000 });
      return (await status.textContent())!;
    } finally {
      await page.close();
    }
  }

  async function servedResult(folder: string): Promise<string> {
    const server = await serve(folder, {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    return result(server.url).finally(() => server.close());
  }

  function expectLearnt(text: string): void {
    expect(text).toMatch(/^[\d.,]+$/);
    const losses = text.split(',').map(Number);
    expect(losses).toHaveLength(20);
    expect(losses[19]).toBeLessThan(losses[0] / 2);
  }

  const module = "module: new URL('./task.js', import.meta.url), threads: 2";

  it('on two threads in Vite’s development server, set as the guide says', async () => {
    saveFilesOf('docs/guides/deploy.md', reader.folder);
    savePage('', { source: module });
    const server = await createServer({
      root: reader.folder,
      configFile: join(reader.folder, 'vite.config.js'),
      logLevel: 'silent',
      server: { host: '127.0.0.1', port: 0 },
    });
    await server.listen();
    const text = await result(server.resolvedUrls!.local[0]).finally(() => server.close());
    expectLearnt(text);
  });

  it('in a bundle, from the task itself', async () => {
    const folder = savePage('bundle', { source: 'task: makeTask()' });
    await build({ root: folder, configFile: false, logLevel: 'silent' });
    expectLearnt(await servedResult(join(folder, 'dist')));
  });

  it('on two threads from a script, where the task names the library by path and not by an import map', async () => {
    const library = './compact-rnn/compact-rnn.js';
    const byPath = savePage('path', { library, source: module });
    const head = `<script type="importmap">{ "imports": { "compact-rnn": "${library}" } }</script>`;
    const byMap = savePage('map', { head, source: module });
    for (const folder of [byPath, byMap]) {
      cpSync(join(root, 'dist/browser'), join(folder, 'compact-rnn'), { recursive: true });
    }
    expectLearnt(await servedResult(byPath));
    expect(await servedResult(byMap)).toMatch(
      /task\.js could not be loaded: Failed to resolve module specifier "compact-rnn"/,
    );
  });
});
