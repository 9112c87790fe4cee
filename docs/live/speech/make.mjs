// Makes what the page docs/live/speech.md loads: a compact recogniser in 8 bits, and recordings to try it on.
//
//   npm run build && node docs/live/speech/make.mjs
//
// About a quarter of an hour of one core. Everything follows from the seeds. Nothing of a synthesiser is part of what is written:
// the weights are our own, and the recordings are said by flite (BSD), whose voices are recorded people's.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countParameters, random, tensor } from '../../../dist/src/index.js';
import { planQueries } from '../../../dist/src/tasks/speech/corpora/queries/plan.js';
import { makeQueries } from '../../../dist/src/tasks/speech/corpora/queries/pool.js';
import { sayWithFlite } from '../../../dist/src/tasks/speech/corpora/queries/synthesis/flite.js';
import { evaluateRecogniser } from '../../../dist/src/tasks/speech/evaluate.js';
import { encodeWav, parseConfig, Recogniser } from '../../../dist/src/tasks/speech/index.js';
import { trainNetwork } from '../../../dist/src/tasks/speech/train.js';
import { packed, unpacked } from './pack.mjs';

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '14' },
    queries: { type: 'string', default: '4000' },
    flite: { type: 'string', default: '2400' },
  },
});
const outFolder = fileURLToPath(new URL('../../public/live/speech/', import.meta.url));

const config = parseConfig(
  {
    name: 'live-speech',
    corpus: 'queries-small',
    training: { epochs: Number(options.epochs), learningRate: 0.004 },
    models: [
      {
        name: 'compact',
        // The compact model of `npm start`.
        layers: [
          { hidden: 96, input: 'circulant', recurrent: { sharedLowRank: 56 } },
          { hidden: 96, recurrent: { sharedLowRank: 56 } },
        ],
      },
    ],
  },
  'docs/live/speech/make.mjs',
);

/** Voices of flite that are learned from, and the one that is kept for trying. */
const VOICES = { heard: ['slt', 'awb', 'kal16'], unheard: 'rms' };

/** Sentences for flite that no other set has: of the train share for learning, of the test share for trying. */
function recipes() {
  const counts = { train: Number(options.queries), development: 200, test: 300, flite: 320 };
  const plan = planQueries('small', 1, counts);
  const setOf = (set) => plan.filter((recipe) => recipe.set === set);
  // What flite says in training is said by espeak's voices as well: the sentences of `train`, once more.
  const learned = setOf('train')
    .slice(0, Number(options.flite))
    .map((recipe, k) => {
      const stretch = 0.85 + 0.35 * random('live-speech', k).next();
      const how = { engine: 'flite', voice: VOICES.heard[k % 3], stretch: Number(stretch.toFixed(3)) };
      return { ...recipe, id: `train-flite-${k}`, how };
    });
  const tried = setOf('flite').map((recipe, k) => {
    const voice = k % 2 === 0 ? VOICES.heard[(k / 2) % 3] : VOICES.unheard;
    return { ...recipe, set: voice === VOICES.unheard ? 'unheard' : 'heard', how: { ...recipe.how, voice } };
  });
  return [...setOf('train'), ...learned, ...setOf('development'), ...setOf('test'), ...tried];
}

const plan = recipes();
const made = await makeQueries(plan, 1, (done) => {
  if (done % 500 === 0) console.error(`spoke ${done} of ${plan.length}`);
});
const utterances = plan.map(({ id, transcript, how }, k) => ({
  id,
  transcript,
  voice: how.voice,
  ...made[k],
}));
const setNames = [...new Set(plan.map(({ set }) => set))];
const sets = Object.fromEntries(
  setNames.map((set) => [set, utterances.filter((_, k) => plan[k].set === set)]),
);
const corpus = { name: 'live-speech', bands: made[0].bands, sets };

const folder = await mkdtemp(join(tmpdir(), 'live-speech-'));
const { recogniser } = await trainNetwork({
  config,
  model: 'compact',
  corpus,
  folder,
  resume: false,
  onEvent(event) {
    if (event.kind === 'step' && event.step % 100 === 0)
      console.error(`step ${event.step}: loss ${event.loss}`);
  },
});
await rm(folder, { recursive: true });

// Scored as it is shipped: with the weights that 8 bits leave.
const weights = Object.entries(recogniser.parameters).map(([name, parameter]) => ({
  name,
  shape: parameter.shape,
  values: parameter.dataSync(),
}));
const { header, bytes } = packed(weights);
const parameters = Object.fromEntries(
  unpacked(header, bytes).map(({ name, shape, values }) => [name, tensor(values, shape)]),
);
const [backend] = weights.map(({ name }) => recogniser.parameters[name].backend);
const shipped = new Recogniser(recogniser.state, parameters, backend);
const scores = Object.fromEntries(
  ['test', 'heard', 'unheard'].map((set) => [set, evaluateRecogniser(shipped, sets[set])]),
);

await mkdir(outFolder, { recursive: true });
const samples = [];
for (const [set, k] of [
  ['heard', 0],
  ['heard', 1],
  ['unheard', 0],
  ['unheard', 1],
]) {
  const recipe = plan.filter((one) => one.set === set)[k];
  const file = `sample-${samples.length + 1}.wav`;
  await writeFile(join(outFolder, file), encodeWav(await sayWithFlite(recipe.transcript, recipe.how)));
  samples.push({ file, transcript: recipe.transcript, voice: recipe.how.voice, heard: set === 'heard' });
}

const { bands, ngram } = recogniser.state;
const { layers } = config.models[0];
const description = {
  command: 'node docs/live/speech/make.mjs',
  bands,
  stack: config.features.stack,
  layers,
  decoding: config.decoding,
  parameters: countParameters(recogniser.model.parameters),
  floatBytes: weights.reduce((total, { values }) => total + 4 * values.length, 0),
  trained: {
    espeak: Number(options.queries),
    flite: Number(options.flite),
    epochs: config.training.epochs,
  },
  scores,
  samples,
  weights: header,
  ngram,
};
await writeFile(join(outFolder, 'model.json'), `${JSON.stringify(description)}\n`);
await writeFile(join(outFolder, 'model.bin'), bytes);
console.log(JSON.stringify(scores, null, 2));
