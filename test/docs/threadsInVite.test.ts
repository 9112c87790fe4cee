import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { createServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { folderWithPackage, saveFilesOf } from './installed.ts';

/* Someone configures Vite's development server as the guide says, and trains on threads in a page. */

let place: ReturnType<typeof folderWithPackage>;
let browser: Browser;
beforeAll(async () => {
  place = folderWithPackage();
  browser = await chromium.launch(await launchOptions());
}, 120_000);
afterAll(async () => {
  await browser?.close();
  place?.remove();
});

const files = {
  'index.html': '<!doctype html><p role="status"></p><script type="module" src="./main.js"></script>',
  'task.js': `
    import { adam, crossEntropy, recurrentModel, tensor } from 'compact-rnn';
    export const model = recurrentModel({ inputSize: 1, layers: [{ hidden: 4 }], outputSize: 2 });
    export default () => ({
      loss: (p, { x, classes }) => crossEntropy(model.apply(p, tensor(x, [classes.length, 1, 1])).y, classes),
      items: ({ classes }) => classes.length,
      optimizer: (p) => adam(p),
    });`,
  'main.js': `
    import { parallelTrainer } from 'compact-rnn';
    import { model } from './task.js';
    const losses = [];
    const train = async () => {
      const module = new URL('./task.js', import.meta.url);
      const trainer = await parallelTrainer({ module, parameters: model.initialise(1), threads: 2 });
      const shards = [{ x: [1, -1], classes: [1, 0] }, { x: [2, -2, 3], classes: [1, 0, 1] }];
      for (let step = 0; step < 20; step++) losses.push((await trainer.step(shards, { learningRate: 0.1 })).loss);
      await trainer.close();
    };
    const status = document.querySelector('[role=status]');
    train().then(() => (status.textContent = losses.join()), (error) => (status.textContent = error.message));`,
};

it('a page of Vite’s development server, set as the guide says, trains on two threads', async () => {
  saveFilesOf('docs/guides/deploy.md', place.folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place.folder, name), text);
  const server = await createServer({
    root: place.folder,
    configFile: join(place.folder, 'vite.config.js'),
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]);
    const status = page.getByRole('status').filter({ hasText: /./ });
    await status.waitFor({ timeout: 100_000 });
    const text = (await status.textContent())!;
    expect(text).toMatch(/^[\d.,]+$/);
    const losses = text.split(',').map(Number);
    expect(losses).toHaveLength(20);
    expect(losses[19]).toBeLessThan(losses[0] / 2);
  } finally {
    await server.close();
  }
}, 180_000);
