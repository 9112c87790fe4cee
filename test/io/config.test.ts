import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  loadConfig,
  parseConfig,
  relativeCorpus,
  resolveCorpus,
  type SpeechConfig,
} from '../../src/tasks/speech/config.ts';

const least = { corpus: 'queries', models: [{ name: 'a', layers: [{ hidden: 8 }] }] };

test('a corpus and a model are enough: everything else has a default', () => {
  const config = parseConfig(least, 'configs/My run_1.yaml');
  expect(config).toMatchObject({
    name: 'my-run-1',
    backend: 'wasm',
    features: { stack: 3 },
    models: [{ name: 'a', layers: [{ hidden: 8, input: 'dense', recurrent: 'dense' }], training: {} }],
  });
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
  expect(leaves(config)).not.toContain(undefined);
});

test('a resolved configuration, written as JSON, is read back the same', () => {
  const layers = fc.array(
    fc.record(
      {
        hidden: fc.integer({ min: 1, max: 4096 }),
        input: fc.constantFrom(
          'dense',
          'circulant',
          { lowRank: 16 },
          { kronecker: [2, 4] },
          {
            lowRank: 2,
            perGate: true,
          },
        ),
        recurrent: fc.constantFrom(
          'dense',
          'toeplitz',
          { hashed: 99 },
          { sharedLowRank: 48 },
          {
            tied: 'layers.0.forward.input',
          },
        ),
      },
      { requiredKeys: ['hidden'] },
    ),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(layers, fc.integer({ min: 0, max: 0xffff_ffff }), (layers, seed) => {
      const config = parseConfig({ corpus: 'x', seed, models: [{ name: 'a', layers }] }, 'a.yaml');
      expect(config.models[0]!.layers).toMatchObject(layers);
      expect(parseConfig(JSON.parse(JSON.stringify(config)), 'run/config.json')).toEqual(config);
    }),
  );
});

const withModel = (model: object) => ({ ...least, models: [{ ...least.models[0], ...model }] });
const withLayer = (layer: object) => withModel({ layers: [{ hidden: 8 }, { hidden: 8, ...layer }] });
const withTraining = (training: object) => ({ ...least, training });

describe('a mistake is answered with path, value and what is allowed', () => {
  test.each<[unknown, string]>([
    [null, 'the configuration is null; expected a mapping of name, seed,'],
    ['text', 'the configuration is "text"; expected a mapping'],
    [[], 'the configuration is []; expected a mapping'],
    [{ models: least.models }, 'corpus is missing; expected the name of a corpus or the path of a manifest'],
    [{ corpus: 'x' }, 'models is missing; expected a list of models'],
    [{ ...least, corpus: '' }, 'corpus is ""; expected the name'],
    [{ ...least, models: [] }, 'models is []; expected at least one model'],
    [{ ...least, models: {} }, 'models is {}; expected a list of models'],
    [
      { ...least, name: '../up' },
      'name is "../up"; expected a name of at most 40 letters a to z, digits and',
    ],
    [{ ...least, seed: -1 }, 'seed is -1; expected a whole number from 0 to 4294967295'],
    [{ ...least, seed: 2 ** 32 }, 'seed is 4294967296; expected a whole number from 0 to 4294967295'],
    [{ ...least, seed: 1.5 }, 'seed is 1.5; expected a whole number'],
    [{ ...least, seed: '1' }, 'seed is "1"; expected a whole number'],
    [{ ...least, seed: null }, 'seed is null; expected a whole number'],
    [{ ...least, backend: 'cuda' }, 'backend is "cuda"; expected wasm or reference or gpu or auto'],
    [{ ...least, features: { stack: 0 } }, 'features.stack is 0; expected a whole number from 1 to 20'],
    [withTraining({ epochs: Number.NaN }), 'training.epochs is NaN; expected a whole number from 1'],
    [withTraining({ batchSize: Number.POSITIVE_INFINITY }), 'training.batchSize is Infinity; expected'],
    [
      withTraining({ learningRate: 0 }),
      'training.learningRate is 0; expected a number above 0 and at most 10',
    ],
    [withTraining({ learningRate: Number.NaN }), 'training.learningRate is NaN; expected'],
    [withTraining({ momentum: 1 }), 'training.momentum is 1; expected a number at least 0 and below 1'],
    [withTraining({ optimizer: 'rmsprop' }), 'training.optimizer is "rmsprop"; expected adam or sgd'],
    [withTraining({ augment: { timeMasks: -1 } }), 'training.augment.timeMasks is -1; expected'],
    [withTraining({ augment: 3 }), 'training.augment is 3; expected a mapping of noise, frequencyMasks'],
    [{ ...least, decoding: { lexicon: 'all' } }, 'decoding.lexicon is "all"; expected training or none'],
    [
      { ...least, decoding: { ngramOrder: 9 } },
      'decoding.ngramOrder is 9; expected a whole number from 1 to 5',
    ],
    [withModel({ name: 'A b' }), 'models[0].name is "A b"; expected a name'],
    [withModel({ layers: [] }), 'models[0].layers is []; expected at least one layer'],
    [
      withModel({ layers: [3] }),
      'models[0].layers[0] is 3; expected a mapping of hidden, cell, reset, peepholes, bidirectional, plan, input, recurrent',
    ],
    [
      withModel({ training: { learningRate: -1 } }),
      'models[0].training.learningRate is -1; expected a number',
    ],
    [
      withLayer({ hidden: -128 }),
      'models[0].layers[1].hidden is -128; expected a whole number from 1 to 65536',
    ],
    [withLayer({ hidden: 0 }), 'models[0].layers[1].hidden is 0; expected'],
    [withLayer({ hidden: 12.5 }), 'models[0].layers[1].hidden is 12.5; expected'],
    [withLayer({ input: { kronecker: 3 } }), '.input.kronecker is 3; expected two whole numbers from 1'],
    [
      withLayer({ recurrent: { toeplitzLike: 0 } }),
      '.recurrent.toeplitzLike is 0; expected a whole number from 1',
    ],
    [withLayer({ cell: 'elman' }), '.cell is "elman"; expected lstm or gru or rnn'],
    [withLayer({ bidirectional: 1 }), '.bidirectional is 1; expected true or false'],
    [
      withLayer({ input: 'sparse' }),
      '.input is "sparse"; expected dense or circulant or skewCirculant or toeplitz or blockDiagonal or { lowRank: rank } or',
    ],
    [
      withLayer({ recurrent: 4 }),
      '.recurrent is 4; expected dense or circulant or skewCirculant or toeplitz or blockDiagonal or { lowRank: rank } or',
    ],
    [withLayer({ recurrent: {} }), '.recurrent is {}; expected dense or'],
    [withLayer({ recurrent: null }), '.recurrent is null; expected dense or'],
    [withLayer({ recurrent: { rank: 3 } }), '.recurrent is {"rank":3}; expected dense or'],
    [withLayer({ recurrent: { lowRank: 3, sharedLowRank: 3 } }), '; expected dense or'],
    [
      withLayer({ recurrent: { sharedLowRank: -2 } }),
      '.recurrent.sharedLowRank is -2; expected a whole number',
    ],
    [withLayer({ input: { lowRank: 0 } }), '.input.lowRank is 0; expected a whole number from 1'],
    [withLayer({ input: { perGate: true } }), '.input is {"perGate":true}; expected dense or'],
    [withLayer({ input: { lowRank: 4, perGate: 1 } }), '.input.perGate is 1; expected true or false'],
    [
      withLayer({ input: { hashed: 4, perGate: true } }),
      '.input.perGate is true; expected nothing: lowRank and sharedLowRank have it, hashed does not',
    ],
    [
      withLayer({ recurrent: { tied: 'R' } }),
      '.recurrent.tied is "R"; expected a place that comes before, such as layers.0.input or layers.0.recurrent',
    ],
    [withLayer({ recurrent: { tied: 'head' } }), '.recurrent.tied is "head"; expected a place'],
    [withLayer({ recurrent: { tied: 0 } }), '.recurrent.tied is 0; expected a place'],
    [withLayer({ recurrent: { tied: 'layers.0.input', perGate: true } }), 'tied does not'],
    [withLayer({ recurrent: { tied: 'layers.0.input', lowRank: 3 } }), '; expected dense or'],
    [withLayer({ input: { lowRank: '4' } }), '.input.lowRank is "4"; expected a whole number from 1'],
    [withLayer({ input: { sharedLowRank: 4 } }), 'the layer below declares the projection'],
    [
      { ...least, models: [...least.models, ...least.models] },
      'models[1].name is "a"; expected a name of its own, not that of models[0]',
    ],
    [{ ...least, sede: 1 }, 'sede is not a known key; did you mean seed? Known here: name, seed, backend,'],
    [
      withTraining({ learningrate: 1 }),
      'training.learningrate is not a known key; did you mean learningRate? Known',
    ],
    [withLayer({ hiden: 3 }), 'models[0].layers[1].hiden is not a known key; did you mean hidden?'],
    [{ ...least, wibblewobble: 1 }, 'wibblewobble is not a known key; Known here: name,'],
    [JSON.parse('{"__proto__": {"seed": 3}}'), '__proto__ is not a known key'],
    [{ corpus: 'x', modles: [] }, 'modles is not a known key; did you mean models?'],
    [
      { ...least, seed: -1, backend: 'x' },
      'seed is -1; expected a whole number from 0 to 4294967295 (and 1 more)',
    ],
  ])('%#: %j', (value, message) => {
    const run = () => parseConfig(value, 'my.yaml');
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
    expect(run).toThrow(/^my\.yaml: [^\n]*$/);
  });
});

test('any value gives a configuration or a sentence', () => {
  fc.assert(
    fc.property(
      fc.anything({ maxDepth: 4 }),
      fc.constantFrom('', 'training', 'models', 'name'),
      (value, key) => {
        try {
          parseConfig(key === '' ? value : { ...least, [key]: value }, 'a.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const load = async (name: string, content: string): Promise<SpeechConfig> => {
    await writeFile(join(folder, name), content);
    return loadConfig(join(folder, name));
  };

  test('YAML and JSON give the same configuration', async () => {
    const yaml = `
corpus: queries
models:
  - name: a
    layers:
      - { hidden: 8, input: circulant, recurrent: { sharedLowRank: 4 } }
`;
    const models = [
      { name: 'a', layers: [{ hidden: 8, input: 'circulant', recurrent: { sharedLowRank: 4 } }] },
    ];
    const json = JSON.stringify({ corpus: 'queries', models });
    expect(await load('same.yaml', yaml)).toEqual(await load('same.json', json));
  });

  test.each(['quick', 'asterisk', 'queen-joe'])('configs/%s.yaml', async (name) => {
    const path = fileURLToPath(new URL(`../../configs/${name}.yaml`, import.meta.url));
    const config = await loadConfig(path);
    expect(config.name).toBe(name);
    expect(config.models.map((model) => model.name)).toEqual(['dense', 'compact']);
  });

  test("a manifest is found from the configuration's folder, a name stays a name", async () => {
    const content = (corpus: string) => JSON.stringify({ ...least, corpus });
    expect((await load('a.json', content('audio/list.tsv'))).corpus).toBe(join(folder, 'audio/list.tsv'));
    expect((await load('a.json', content('queries-140'))).corpus).toBe('queries-140');
    expect(resolveCorpus('/abs/list.tsv', folder)).toBe('/abs/list.tsv');
    for (const [corpus, from, path] of [
      ['/a/list', '/a', './list'],
      ['/a/list.tsv', '/a/runs/b-1', '../../list.tsv'],
      ['queries-140', '/a', 'queries-140'],
    ] as const) {
      expect(relativeCorpus(corpus, from)).toBe(path);
      expect(resolveCorpus(path, from)).toBe(corpus);
    }
  });

  test.each([
    ['bad.yaml', 'corpus: queries\nmodels: [1\n', /bad\.yaml:3:1: Flow sequence/],
    ['bad.yaml', 'seed: 1\nseed: 2\n', /bad\.yaml:2:1: Map keys must be unique$/],
    ['bad.yaml', 'seed: !!what 1\n', /bad\.yaml:1:7: Unresolved tag/],
    ['bad.yaml', '? [a]\n: 1\n', /bad\.yaml:1:3: With stringKeys/],
    ['bad.yaml', 'a: 1\n---\nb: 2\n', /bad\.yaml:2:1: Source contains multiple documents, expected one$/],
    ['bad.yaml', 'a: *b\n', /bad\.yaml:?.*alias/],
    ['bad.yaml', '', /bad\.yaml: the configuration is null/],
    ['bad.json', '{"corpus": "x",\n "models": [1,]}', /bad\.json:2:15: a value is expected/],
    ['bad.json', '{"seed": 1, "seed": 2}', /bad\.json:1:13: the key "seed" occurs twice/],
    ['bad.toml', '', /extension "\.toml"; expected \.yaml, \.yml or \.json/],
  ])('%s: %j', async (name, content, message) => {
    const failed = load(name, content);
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(message);
  });

  test('a text of brackets and a text without end are refused', async () => {
    const nested = load('deep.yaml', `a: ${'['.repeat(15_000)}${']'.repeat(15_000)}`);
    await expect(nested).rejects.toThrow(InputError);
    await expect(load('huge.yaml', ' '.repeat(32_769))).rejects.toThrow(/huge\.yaml has 32769 bytes/);
  });

  test.each([
    ['lists on one line', '- '.repeat(1000)],
    ['brackets on many lines', '[\n'.repeat(1000)],
    ['braces', `a: ${'{'.repeat(70)}${'}'.repeat(70)}`],
  ])('a nest of %s is refused before it exhausts the stack', async (_, content) => {
    await expect(load('deep.yaml', content)).rejects.toThrow(/nest deeper than 64 levels/);
  });

  test('thousands of anchors are refused before they take minutes', async () => {
    await expect(load('anchors.yaml', '- &a b\n'.repeat(4000))).rejects.toThrow(/4000 anchors and aliases/);
  });

  test('aliases that multiply are refused', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    await expect(load('bomb.yaml', `a0: &a0 x\n${rows.join('\n')}`)).rejects.toThrow(InputError);
  });

  test('a missing file, a folder, bytes that are no text', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'))).rejects.toThrow(
      /none\.yaml could not be read: there is/,
    );
    await writeFile(join(folder, 'binary.yaml'), Uint8Array.of(0x61, 0xff));
    await expect(loadConfig(join(folder, 'binary.yaml'))).rejects.toThrow(/binary\.yaml is not UTF-8/);
  });
});
