/**
 * Plants faults, one at a time, in a copy of the tree, and runs the tests that must notice: proof that they do. Writes
 * docs/results/mutations.md and .json. The tests must pass without a fault. Ends with 1 when one survives.
 *
 *     npm run mutate                 every fault
 *     npm run mutate -- ops cells    those planted in some places; the report keeps what it says of the others
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { faults } from './mutations/faults.mjs';
import { reportOf } from './mutations/report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const chosen = process.argv.slice(2);
for (const place of chosen) {
  if (!(place in faults)) {
    console.error(
      `mutate: ${place} is not a place, expected one or more of ${Object.keys(faults).join(', ')}.`,
    );
    process.exit(2);
  }
}
const planted = Object.entries(faults)
  .filter(([place]) => chosen.length === 0 || chosen.includes(place))
  .flatMap(([place, own]) => own.map((fault) => ({ place, ...fault })));

for (const { file, find } of planted) {
  if (readFileSync(join(root, file), 'utf8').includes(find)) continue;
  console.error(`mutate: ${file} has no ${find}, where a fault is to be planted.`);
  process.exit(2);
}

const copy = copyOfTree();
const vitest = await createVitest('test', {
  root: copy,
  config: join(copy, 'vitest.config.ts'),
  project: ['node'],
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{}],
});
let isMutated = false;

try {
  const results = [];
  for (const fault of planted) {
    const began = performance.now();
    const path = join(copy, fault.file);
    const source = readFileSync(path, 'utf8');
    const line = source.slice(0, source.indexOf(fault.find)).split('\n').length;
    write(
      path,
      source.replace(fault.find, () => fault.replace),
    );
    const outcome = await outcomeOf(fault);
    write(path, source);
    const seconds = (performance.now() - began) / 1000;
    results.push({ ...fault, line, ...outcome });
    console.log(
      `${outcome.killed ? 'killed' : 'SURVIVED'} ${fault.file}:${line} ${fault.kind}: ${outcome.by} (${seconds.toFixed(1)} s)`,
    );
  }
  const survivors = results.filter(({ killed }) => !killed);
  console.log(`${results.length - survivors.length} of ${results.length} faults killed`);
  const path = join(root, 'docs/results/mutations.json');
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).faults : [];
  const kept = before.filter(
    ({ place }) => place in faults && !planted.some((fault) => fault.place === place),
  );
  const all = Object.keys(faults).flatMap((place) =>
    [...kept, ...results].filter((fault) => fault.place === place),
  );
  mkdirSync(dirname(path), { recursive: true });
  for (const [name, text] of Object.entries(reportOf(all))) writeFileSync(join(dirname(path), name), text);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  await vitest.close();
  rmSync(copy, { recursive: true, force: true });
}

/** Whether the tests of a fault notice it, and which of them, or why none could. */
async function outcomeOf({ file, test, only }) {
  // Kernels of WebAssembly run as they were built.
  if (file.endsWith('simd.ts') || isMutated) {
    try {
      execFileSync(process.execPath, ['scripts/build-wasm.mjs'], { cwd: copy, stdio: 'pipe' });
    } catch {
      return { killed: false, by: 'the kernels do not build' };
    }
    isMutated = file.endsWith('simd.ts');
    vitest.invalidateFile(join(copy, 'src/backends/wasm/binary.generated.ts'));
  }
  if (only === undefined) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(only);
  const specifications = await vitest.globTestSpecifications([join(copy, test)]);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, true);
  // Vitest tells of all that ever ran; what ran before is another fault's.
  const own = testModules.filter(({ moduleId }) => moduleId === join(copy, test));
  const tests = own.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((one) => one.result().state);
  const broken = unhandledErrors.length > 0 || own.some((module) => module.errors().length > 0);
  // A busy machine lets tests run out of time: that proves nothing.
  const isLate = (one) => one.result().errors?.every(({ message }) => /timed out/.test(message)) === true;
  const failed = states.findIndex((state, i) => state === 'failed' && !isLate(tests[i]));
  if (failed < 0 && states.includes('failed')) return { killed: false, by: 'a test that ran out of time' };
  if (failed >= 0) return { killed: true, by: tests[failed].fullName };
  if (broken) return { killed: false, by: 'the tests do not load' };
  return { killed: false, by: states.includes('passed') ? 'no test' : 'no test was run' };
}

function write(path, text) {
  writeFileSync(path, text);
  vitest.invalidateFile(path);
}

/** The files that git knows, with the packages and the kernels that are built already. */
function copyOfTree() {
  const folder = mkdtempSync(join(tmpdir(), 'compact-rnn-mutate-'));
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const name of [...names.filter(Boolean), 'src/backends/wasm/binary.generated.ts']) {
    if (!existsSync(join(root, name))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(root, name), join(folder, name));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
