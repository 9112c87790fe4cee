import type { Figure, Results, Row } from './results.ts';

const begin = '<!-- measured: written by npm run bench and npm run bench:peers -->';
const end = '<!-- end of what is measured -->';

/** The page of results: its measured part made anew, what stands around that part as it was. */
export function pageOf(results: Results, before: string): string {
  const [head, rest] = before.includes(begin) ? before.split(begin) : ['# Speed\n\n', end];
  const tail = rest.slice(rest.indexOf(end) + end.length);
  return `${head}${begin}\n\n${measured(results)}\n${end}${tail || '\n'}`;
}

function measured({ machine, rows, figures }: Results): string {
  const runs = [...new Set(rows.map(({ node, backend }) => `Node ${node}, ${backend}`))];
  return [
    `Machine: ${machine}. Medians of one run with all in turns, one core each; a ratio below 1 is in our favour.`,
    ...runs.map(
      (run) => `\n## Other libraries, ${run}\n\n${tableOfRows(rows.filter((row) => runOf(row) === run))}`,
    ),
    ...[...new Set(figures.map(({ bench }) => bench))].map(
      (bench) =>
        `\n## \`npm run bench -- ${bench}\`\n\n${tableOfFigures(figures.filter((one) => one.bench === bench))}`,
    ),
    '',
  ].join('\n');
}

const runOf = ({ node, backend }: Row): string => `Node ${node}, ${backend}`;

const tableOfRows = (rows: readonly Row[]): string =>
  table(
    ['workload', 'structure', 'peer', 'its form', 'ours, ms', 'theirs, ms', 'ratio', 'of processor time'],
    rows.map(({ workload, variant, peer, form, oursMs, peerMs, ratio, cpuRatio }) => [
      ...[workload, variant, peer, form, number(oursMs), number(peerMs)],
      ratio.toFixed(3),
      cpuRatio.toFixed(3),
    ]),
  );

function tableOfFigures(figures: readonly Figure[]): string {
  const columns = [...new Set(figures.map(({ node, backend }) => `${node}, ${backend}`))];
  const names = [...new Set(figures.map(({ name, unit }) => (unit ? `${name}, ${unit}` : name)))];
  const cell = (name: string, column: string): string => {
    const found = figures.find(
      (one) =>
        `${one.node}, ${one.backend}` === column &&
        (one.unit ? `${one.name}, ${one.unit}` : one.name) === name,
    );
    return found === undefined ? '' : number(found.value);
  };
  return table(
    ['', ...columns],
    names.map((name) => [name, ...columns.map((column) => cell(name, column))]),
  );
}

const number = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
