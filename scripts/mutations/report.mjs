/** The report of planted faults: a page and the same as data, by file name. */
export function reportOf(results) {
  const killed = results.filter((result) => result.killed).length;
  const kinds = [...new Set(results.map(({ kind }) => kind))].sort();
  const shown = (code) => `\`${code.replace(/\s+/g, ' ').replaceAll('|', '\\|') || ' '}\``;
  const page = [
    '# Planted faults',
    '',
    `\`npm run mutate\` plants each of these, one at a time, in a copy of the tree and runs the tests that must notice. ` +
      `**${killed} of ${results.length}** were noticed.`,
    '',
    '| kind | planted | noticed |',
    '|---|---|---|',
    ...kinds.map((kind) => {
      const own = results.filter((result) => result.kind === kind);
      return `| ${kind} | ${own.length} | ${own.filter((result) => result.killed).length} |`;
    }),
    '',
    '| where | kind | what stood there | what stands there | noticed by |',
    '|---|---|---|---|---|',
    ...results.map(
      ({ file, line, kind, find, replace, test, by, killed: noticed }) =>
        `| ${file}:${line} | ${kind} | ${shown(find)} | ${shown(replace)} | ${noticed ? test : '**nothing**'}: ${by.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n');
  const data = results.map((fault) => ({ ...fault, only: fault.only ?? null }));
  return {
    'mutations.md': page,
    'mutations.json': `${JSON.stringify({ planted: results.length, killed, faults: data }, null, 2)}\n`,
  };
}
