import type { SpeechConfig } from '../tasks/speech/config.ts';
import type { RunMetrics } from '../tasks/speech/results.ts';
import { colours, errorAgainstParameters, learningCurves, lineStyle } from './charts.ts';
import { metricLines } from './metricLines.ts';

/** What the report is about. */
export interface ReportRequest {
  readonly metrics: RunMetrics;
  readonly config: SpeechConfig;
  /** The command line that made the run. */
  readonly commandLine: string;
}

/**
 * The report of a run as one HTML page that needs nothing else: learning curves, error against parameters, the
 * comparison, the configuration and the command line.
 */
export function renderReport({ metrics, config, commandLine }: ReportRequest): string {
  const { models } = metrics;
  const title = `Run ${metrics.name} on ${metrics.corpus}`;
  const legend = models
    .map(({ name, maps }, i) => {
      const { stroke, strokeDasharray } = lineStyle(i);
      const line = `<line x1="0" y1="6" x2="36" y2="6" stroke="${stroke}" stroke-width="3" stroke-dasharray="${strokeDasharray}"/>`;
      return `<li><svg width="36" height="12" aria-hidden="true">${line}</svg> <b>${escaped(name)}</b> ${escaped(maps)}</li>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style()}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>Backend ${escaped(metrics.backend)}, seed ${metrics.seed}, Node ${escaped(metrics.node)}. Word error rates (WER) are with
lexicon and n-gram model unless called greedy; intervals are 95 % bootstrap intervals.</p>
<ul class="legend">
${legend}
</ul>
<div class="figures">
<figure>${learningCurves(models)}<figcaption>Loss of every update, smoothed.</figcaption></figure>
<figure>${errorAgainstParameters(models)}<figcaption>Error on held-out speech against size.</figcaption></figure>
</div>
<h2>Comparison</h2>
<div class="wide" tabindex="0" role="region" aria-label="Comparison">
${comparison(metrics)}
</div>
<h2>Command</h2>
<pre>${escaped(commandLine)}</pre>
<h2>Configuration</h2>
<pre>${escaped(JSON.stringify(config, null, 2))}</pre>
</main>
</body>
</html>
`;
}

function comparison({ models }: RunMetrics): string {
  const head = models.map((model) => `<th scope="col">${escaped(model.name)}</th>`).join('');
  const rows = metricLines(models).map(({ label, value }) => {
    const cells = models.map((model) => `<td>${escaped(value(model))}</td>`).join('');
    return `<tr><th scope="row">${escaped(label)}</th>${cells}</tr>`;
  });
  return `<table>\n<thead><tr><td></td>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

function style(): string {
  const variables = (mode: 'light' | 'dark') => colours.map((c, i) => `--model-${i}: ${c[mode]};`).join(' ');
  return `
:root { color-scheme: light dark; --page: #fff; --ink: #1c2024; --faint: #6a737d; --line: #d8dde2; --block: #f4f6f8;
  ${variables('light')} }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e6e9ec; --faint: #98a2ad; --line: #363d44; --block: #1e2327;
    ${variables('dark')} }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
.legend { list-style: none; padding: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; overflow: visible; }
figcaption { color: var(--faint); font-size: 0.9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
tbody th { position: sticky; left: 0; background: var(--page); text-align: left; font-weight: normal; padding-left: 0; }
pre { background: var(--block); padding: 0.75rem; border-radius: 0.4rem; overflow-x: auto; font-size: 0.85rem; }
`;
}
