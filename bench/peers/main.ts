import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, saveResults } from '../results.ts';
import { workloads } from '../workloads/definitions.ts';
import { compare } from './compare.ts';
import type { Launch } from './contender.ts';
import { type Peer, peers } from './peers.ts';

/*
 * `npm run bench:peers -- [WORKLOAD[/VARIANT] …] [--peer NAME …] [--rounds N]` times our workloads here and in other
 * libraries, and writes docs/results/speed.json and speed.md; what other runs wrote there about other rows stays.
 */

const { values, positionals } = parseArgs({
  options: { peer: { type: 'string', multiple: true }, rounds: { type: 'string', default: '9' } },
  allowPositionals: true,
});
const folder = fileURLToPath(new URL('../../../.cache/peers/', import.meta.url));
mkdirSync(folder, { recursive: true });

const present: { peer: Peer; launch: Launch }[] = [];
for (const peer of peers) {
  if (values.peer !== undefined && !values.peer.includes(peer.name)) continue;
  try {
    present.push({ peer, launch: await peer.launch(folder) });
  } catch (error) {
    console.error(`${peer.name} is missing: ${error instanceof Error ? error.message.trim() : error}`);
  }
}
console.log(`${machine()}; node ${process.version}; ${present.map(({ launch }) => launch.name).join(', ')}`);
console.log('median milliseconds a step, ours / theirs = ratio');

for (const workload of workloads) {
  for (const variant of workload.variants) {
    const wanted = [workload.name, `${workload.name}/${variant}`];
    if (positionals.length > 0 && !positionals.some((name) => wanted.includes(name))) continue;
    const launches = present.filter(({ peer }) => peer.takes(workload, variant)).map(({ launch }) => launch);
    if (launches.length === 0) continue;
    const rows = await compare({ folder, workload, variant, launches, rounds: Number(values.rounds) });
    for (const { peer, oursMs, peerMs, ratio, cpuRatio, form } of rows) {
      const times = `${oursMs.toFixed(3).padStart(9)} / ${peerMs.toFixed(3).padStart(9)} = ${ratio.toFixed(3)} (processor ${cpuRatio.toFixed(3)})`;
      console.log(`${`${workload.name} ${variant}`.padEnd(18)}${peer.padEnd(24)}${times}  ${form}`);
    }
    saveResults({ rows });
  }
}
