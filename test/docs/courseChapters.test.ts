import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/* What every chapter of the course owes its reader. That its code runs and prints what it says is tested with all pages. */

const folder = fileURLToPath(new URL('../../docs/course/', import.meta.url));
const read = (file: string) => readFileSync(`${folder}${file}`, 'utf8');
const chapters = readdirSync(folder)
  .filter((file) => /^\d\d-.*\.md$/.test(file))
  .sort();

describe('the course', () => {
  it('has thirteen chapters, in the order of its index', () => {
    expect(chapters.map((file) => Number(file.slice(0, 2)))).toEqual(
      Array.from({ length: 13 }, (_, i) => i + 1),
    );
    const linked = [...read('index.md').matchAll(/\]\((\d\d-[\w-]+\.md)\)/g)].map(([, file]) => file);
    expect(linked).toEqual(chapters);
  });

  it.each(chapters)('%s derives, computes, asks and answers', (file) => {
    const text = read(file);
    const place = chapters.indexOf(file);
    expect(text.startsWith(`# ${place + 1}. `), 'its heading has its number').toBe(true);
    expect(text.match(/^\$\$$/gm)?.length ?? 0, 'displayed formulas').toBeGreaterThanOrEqual(4);
    const [lesson, exercises, more] = text.split('\n## Exercises\n');
    expect(more, 'one set of exercises').toBeUndefined();
    // Code before the exercises, whose results are asserted, and code in the solutions.
    expect(asserted(lesson), 'assertions in the lesson').toBeGreaterThanOrEqual(4);
    const [questions, solution] = exercises.split('::: details Solution\n');
    expect(asserted(solution), 'assertions in the solution').toBeGreaterThanOrEqual(1);
    // Each exercise has its answer.
    const numbers = (part: string) => [...part.matchAll(/^\*\*(\d+)\.\*\*/gm)].map(([, number]) => number);
    expect(numbers(questions).length).toBeGreaterThanOrEqual(2);
    expect(numbers(solution)).toEqual(numbers(questions));
    const next = chapters[place + 1];
    if (next !== undefined) expect(text).toContain(`](${next}).`);
  });

  it('describes every picture in words', () => {
    for (const file of chapters) {
      for (const [svg] of read(file).matchAll(/<svg[\s\S]*?<\/svg>/g)) {
        const id = /aria-labelledby="([\w-]+)"/.exec(svg)?.[1];
        expect(svg).toContain(`<title id="${id}">`);
      }
    }
  });
});

const asserted = (part: string): number => part.match(/^ *console\.log\(.*\); \/\/ → /gm)?.length ?? 0;
