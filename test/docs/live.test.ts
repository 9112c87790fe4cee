import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchOptions } from '../browser/chromium.ts';
import { numberIn, patience, type Size, type Visit, visitLive } from './livePage.ts';
import { builtSite, type Site, siteTimeout } from './site.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const samples: { file: string; transcript: string }[] = JSON.parse(
  readFileSync(`${docs}public/live/speech/model.json`, 'utf8'),
).samples;

describe.each<Size>(['desktop', 'phone'])('live pages, %s', (size) => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    site = await builtSite();
    const { executablePath, args } = await launchOptions();
    // A microphone that hears one of the recordings, again and again.
    const microphone = `${docs}public/live/speech/${samples[0].file}`;
    const fake = [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
    ];
    browser = await chromium.launch({ executablePath, args: [...args, ...fake] });
  }, siteTimeout);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const live = (name: string, page: string, act: (visit: Visit) => Promise<void>) =>
    it(`${page}: ${name}`, () => visitLive(browser, site, page, size, act), 2 * patience);

  live('learns, draws its curves, and keeps them', 'train', async ({ page, figure }) => {
    expect(await figure('parameters')).toBe('2,304');
    await page.getByLabel('Structure').selectOption('lowRank');
    await page.getByLabel('Hidden units').press('ArrowLeft');
    // Two layers of 24 units: input map and biases, and three products of rank 2.
    expect(numberIn(await figure('parameters'))).toBe(8 * 24 + 2 * 4 * 24 + 3 * 2 * (24 + 96));
    await page.getByRole('button', { name: 'Train' }).press('Enter');
    // Not at a given update: one look may fall by half from the last, and which is the last before a pause, the machine decides.
    // In the page, at every frame: it goes on training until the pause, for as long as the machine lets this program wait.
    const learnt = await page.waitForFunction(() => {
      const read = (name: string) =>
        Number.parseFloat(document.querySelector(`[data-figure=${name}]`)!.textContent!);
      return read('accuracy') >= 75 && read('steps');
    });
    await page.getByRole('button', { name: 'Pause' }).press('Space');
    // Whoever always answers 1 is 1/6 off.
    expect(numberIn(await figure('loss'))).toBeLessThan(1 / 6 / 5);
    expect(await learnt.jsonValue()).toBeLessThan(600);
    const curves = await page
      .locator('.line-chart path')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')!));
    expect(curves[0].split('L').length).toBeGreaterThan(100);
    expect(curves[1].split('L').length).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'Begin anew' }).press('Enter');
    expect(await figure('steps')).toBe('0');
    expect(await page.locator('.line-chart path').count()).toBe(2);
  });

  live('fits what is painted with keys and pointer', 'approximate', async ({ page }) => {
    const errors = () =>
      page
        .locator('figure[data-kind]')
        .evaluateAll((figures) =>
          Object.fromEntries(
            figures.map((one) => [
              one.getAttribute('data-kind'),
              one.querySelector('[data-figure=error]')!.textContent,
            ]),
          ),
        );
    await page.getByLabel('Begin from').selectOption('inverse of a Toeplitz');
    await expect.poll(errors, { timeout: patience }).toMatchObject({ 'Toeplitz-like': 'error 0.0 %' });
    expect(numberIn((await errors())['Low rank']!)).toBeGreaterThan(50);
    await page.getByLabel('Begin from').selectOption('empty');
    await expect.poll(errors, { timeout: patience }).toMatchObject({ Circulant: 'error 0.0 %' });
    // One entry of 256: of rank 1, and an n-th of its diagonal's mean.
    await page.getByLabel('to paint on').press('ArrowRight');
    await page.getByLabel('to paint on').press('Space');
    await expect
      .poll(errors, { timeout: patience })
      .toMatchObject({ 'Low rank': 'error 0.0 %', Circulant: 'error 96.8 %' });
    const box = (await page.getByLabel('to paint on').boundingBox())!;
    const painted = () => page.getByLabel('to paint on').locator('rect[style*="100%"]').count();
    expect(await painted()).toBe(1);
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height, { steps: 20 });
    await page.mouse.up();
    expect(await painted()).toBeGreaterThan(5);
  });

  live('goes forward and back, and agrees with the library', 'tape', async ({ page, figure }) => {
    const node = (name: string) => page.locator(`[data-node="${name}"]`);
    const step = page.getByRole('button', { name: /Forward step|Begin backward|Backward step/ });
    await page.getByLabel('Expression').selectOption('a variable used twice');
    await page.getByLabel('x', { exact: true }).fill('4');
    for (let k = 0; k < 2; k++) await step.press('Enter');
    expect(await node('L').textContent()).toContain('20');
    for (let k = 0; k < 2; k++) await step.press('Enter');
    // L = s + x has sent 1 to both: of x's nine that is the first.
    expect(await node('x').textContent()).toMatch(/4\s*1$/);
    await step.press('Enter');
    expect(await node('x').textContent()).toMatch(/4\s*9$/);
    expect(await page.locator('[data-now]').innerText()).toContain('1 · 4 = 4');
    expect(await step.isDisabled()).toBe(true);
    expect(numberIn((await figure('difference')).replace(/\.$/, ''))).toBeLessThan(1e-12);
  });

  live('trains, and shows what an edited input does', 'gates', async ({ page, figure, until }) => {
    const cell = (row: string, t: number) =>
      page
        .locator(`[data-row=${row}]`)
        .nth(t)
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    await page.getByRole('button', { name: 'Train' }).press('Enter');
    await until('steps', (steps) => steps === 600);
    expect(numberIn(await figure('error'))).toBeLessThan(0.01);
    expect(await page.getByRole('button', { name: 'Trained' }).isDisabled()).toBe(true);
    const answer = () => page.locator('path.said').getAttribute('d');
    const [before, gate] = [await answer(), await cell('i', 0)];
    await page.getByLabel('Store at step 1', { exact: true }).press('Space');
    await expect.poll(answer).not.toBe(before);
    expect(await cell('i', 0)).not.toBe(gate);
    const value = page.getByLabel('Value at step 1', { exact: true });
    await value.press('End');
    expect(await value.getAttribute('aria-valuenow')).toBe('1');
    expect(await page.locator('caption').innerText()).toContain('Step 1: value 1, stored');
  });

  live(
    'has the loss of the library, and refuses what no path spells',
    'ctc-lattice',
    async ({ page, figure, until }) => {
      const loss = await figure('loss');
      expect(numberIn(loss)).toBeGreaterThan(0);
      expect(await figure('library')).toBe(loss);
      expect(await page.locator('.edge.best').count()).toBe(7);
      await page.getByRole('application').press('ArrowRight');
      await page.getByLabel('Logit of c in frame 2').press('End');
      await expect.poll(() => figure('loss')).not.toBe(loss);
      expect(await figure('library')).toBe(await figure('loss'));
      await page.getByLabel('Labels').fill('aa');
      await page.getByRole('slider', { name: 'Frames' }).fill('2');
      expect(await page.getByRole('alert').innerText()).toContain('No path spells aa in 2 frames.');
      await page.getByRole('slider', { name: 'Frames' }).fill('3');
      expect(await until('paths', (paths) => paths === 1)).toBe(1);
      expect(await figure('best')).toBe('a – a');
    },
  );

  live('tells of every model, by keys too', 'error-against-parameters', async ({ page }) => {
    const { models } = JSON.parse(readFileSync(`${docs}results/spoken-queries.json`, 'utf8'));
    expect(await page.locator('[data-point]').count()).toBe(models.length);
    await page.locator('[data-point]').first().focus();
    for (let k = 1; k < models.length; k++) await page.keyboard.press('ArrowRight');
    const largest = models.reduce((a: { lstmParameters: number }, b: { lstmParameters: number }) =>
      b.lstmParameters >= a.lstmParameters ? b : a,
    );
    const tip = await page.locator('[data-tip]').innerText();
    expect(tip).toContain(`${largest.name}: word error rate ${(100 * largest.wer).toFixed(2)} %`);
    const height = () => page.locator('[data-point=dense] circle').getAttribute('cy');
    const before = await height();
    await page.getByRole('checkbox', { name: 'toeplitz-like' }).press('Space');
    expect(await page.locator('[data-point]').count()).toBe(models.length - 1);
    expect(await height()).not.toBe(before);
    await page.getByLabel('Comparison').selectOption({ label: 'characters: king-james-version' });
    expect(await page.locator('.plot').getAttribute('aria-label')).toContain('bits per character');
  });

  live('hears a recording, and the microphone', 'speech', async ({ page, figure }) => {
    const wordsOf = (text: string) => text.split(' ');
    for (const [k, { transcript }] of samples.entries()) {
      await page.locator(`[data-sample="${k}"]`).press('Enter');
      await expect.poll(() => figure('said').catch(() => ''), { timeout: patience }).toBe(transcript);
      // In their order, at least three of four words.
      const heard = wordsOf(await figure('words'));
      let at = 0;
      const right = wordsOf(transcript).filter((word) => {
        const found = heard.indexOf(word, at);
        if (found >= 0) at = found + 1;
        return found >= 0;
      });
      expect(
        right.length / wordsOf(transcript).length,
        `${transcript} / ${heard.join(' ')}`,
      ).toBeGreaterThanOrEqual(0.75);
    }
    const drawn = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, k) => k % 4 === 3 && value > 100).length / (data.length / 4);
    });
    expect(drawn).toBeGreaterThan(0.2);
    await page.getByRole('button', { name: 'Speak' }).press('Enter');
    await page.waitForTimeout(3500);
    await page.getByRole('button', { name: 'Stop' }).press('Enter');
    const message = () => page.locator('[data-message]').innerText();
    await expect.poll(message, { timeout: patience }).toMatch(/^(Heard: |Nothing was recognised)/);
    expect(await page.locator('[data-figure=said]').count()).toBe(0);
  });
});

describe('the index of the live pages', () => {
  it(
    'loads no demo: each comes with its own page',
    async () => {
      const site = await builtSite();
      const browser = await chromium.launch(await launchOptions());
      try {
        const page = await browser.newPage();
        const loaded: string[] = [];
        page.on('request', (request) => loaded.push(request.url()));
        await page.goto(`${site.url}live/`);
        await page.waitForLoadState('networkidle');
        expect(loaded.filter((url) => /Demo|speech\/model/.test(url))).toEqual([]);
        for (const name of [
          'train',
          'approximate',
          'tape',
          'gates',
          'ctc-lattice',
          'error-against-parameters',
          'speech',
        ]) {
          expect(await page.locator(`.vp-doc a[href$="${name}.html"]`).count(), name).toBe(1);
        }
      } finally {
        await browser.close();
        await site.close();
      }
    },
    siteTimeout,
  );
});
