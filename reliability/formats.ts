import { contentHash, decodeCheckpoint } from '../src/io/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../src/io/safetensors.ts';
import { decodeText } from '../src/io/textFile.ts';
import { decodeWav, encodeWav } from '../src/tasks/speech/audio/wav.ts';
import { parseConfig, parseValue } from '../src/tasks/speech/config.ts';
import { parseManifest } from '../src/tasks/speech/corpora/manifestLines.ts';
import { type Random, random } from '../src/tensor/random.ts';
import { mutateBytes, mutateValue, pick, WHOLE_NUMBERS } from './mutate.ts';

/** A kind of file that comes from outside. */
export interface Format {
  readonly name: string;
  /** Files that are as they should be. */
  readonly seeds: readonly Uint8Array[];
  read(bytes: Uint8Array): unknown;
  /** Changes a file in a way that knows its format, and sets right what would hide the change: lengths, checksums. */
  mutate(seed: Uint8Array, random: Random): Uint8Array;
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ODD: readonly unknown[] = [
  ...WHOLE_NUMBERS,
  0.5,
  -0,
  1e308,
  1e-308,
  null,
  true,
  '',
  'F32',
  'F64',
  'U8',
  'BF16',
  'X9',
  [],
  {},
  [[]],
  [0, 0],
  [2 ** 40, 2 ** 40],
  [0, 2 ** 53],
  new Array(40).fill(1),
  '../../etc/passwd',
  '/etc/passwd',
  'a'.repeat(5000),
  '\u0000',
  '\ud800',
  'é',
  NaN,
  Infinity,
  { a: { b: [{}] } },
  { tied: 'layers.0.input' },
  'train',
  'dense',
  { hidden: 8 },
];

const ODD_MAPS: readonly unknown[] = [
  'dense',
  'sparse',
  {},
  { lowRank: 2, perGate: true },
  { lowRank: 2, perGate: 1 },
  { hashed: 4, perGate: true },
  { sharedLowRank: 2 },
  { lowRank: 1e9 },
  { kronecker: [2, 0] },
  { kronecker: 3 },
  { tied: 'layers.0.input' },
  { tied: 'R', perGate: true },
  { rank: 3 },
  { lowRank: 1, hashed: 2 },
  4,
  null,
];

const f32 = (...values: number[]) =>
  ({ dtype: 'F32', shape: [values.length], data: Float32Array.from(values) }) as const;

/** A safetensors file with another header: its length is set right, or not, and the data may be cut. */
function withHeader(seed: Uint8Array, random: Random): Uint8Array {
  const length = Number(new DataView(seed.buffer, seed.byteOffset).getBigUint64(0, true));
  const data = seed.subarray(8 + length);
  const header = JSON.parse(decode(seed.subarray(8, 8 + length)));
  let text = jsonOf(mutateValue(header, random, ODD));
  if (random.integer(8) === 0)
    text = text.replace(/\{"/, `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"`);
  if (random.integer(8) === 0) text = text.replace(/"([^"]*)":/, '$&0,"$1":');
  const json = encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  const claimed = random.integer(6) === 0 ? Math.abs(pick(random, WHOLE_NUMBERS)) : json.length;
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return random.integer(6) === 0 ? bytes.subarray(0, random.integer(bytes.length + 1)) : bytes;
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (Number.isNaN(inner) ? null : inner)) ?? 'null';

const safetensors: Format = {
  name: 'safetensors',
  seeds: [
    encodeSafetensors(
      { a: f32(1, 2, 3), b: { dtype: 'I64', shape: [1, 2], data: BigInt64Array.of(1n, 2n) } },
      { k: 'v' },
    ),
    encodeSafetensors({
      'a "quoted" one': f32(),
      u: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
    }),
    encodeSafetensors({}),
    // A BF16 one that begins at an odd address.
    Uint8Array.from([
      ...lengthOf(
        '{"u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"h":{"dtype":"BF16","shape":[1],"data_offsets":[1,3]}}',
      ),
      1,
      2,
      3,
    ]),
  ],
  read: (bytes) => decodeSafetensors(bytes, 'file'),
  mutate: withHeader,
};

function lengthOf(header: string): Uint8Array {
  const json = encode(header);
  const bytes = new Uint8Array(8 + json.length);
  bytes[0] = json.length;
  bytes.set(json, 8);
  return bytes;
}

const checkpointSeed = (state: string) => {
  const tensors = { w: f32(1, 2, 3, 4), n: f32(5) };
  const format = 'compact-rnn checkpoint 1';
  return encodeSafetensors(tensors, { format, sha256: contentHash(tensors, state), state });
};

const checkpoint: Format = {
  name: 'checkpoint',
  seeds: [checkpointSeed('{"task":"x","progress":{"losses":[1,2.5],"frames":3}}'), checkpointSeed('null')],
  read: (bytes) => decodeCheckpoint(bytes, 'file'),
  mutate(seed, random) {
    const { tensors, metadata } = decodeSafetensors(seed, 'seed');
    if (random.integer(3) === 0) return withHeader(seed, random);
    const state =
      random.integer(2) === 0
        ? jsonOf(mutateValue(JSON.parse(metadata.state!), random, ODD))
        : decode(mutateBytes(encode(metadata.state!), encode('[[[{"a":1}]]]'), random));
    const others = random.integer(5) === 0 ? { [pick(random, ['extra', 'format', 'sha256'])]: 'x' } : {};
    const whole = random.integer(2) === 0 ? tensors : { ...tensors, w: f32(NaN, Infinity) };
    try {
      return encodeSafetensors(whole, { ...metadata, state, sha256: contentHash(whole, state), ...others });
    } catch {
      // No such state can be written: half a surrogate pair.
      return seed;
    }
  },
};

const silence = (length: number, sampleRate: number) =>
  encodeWav({ samples: Float32Array.from({ length }, (_, i) => Math.sin(i)), sampleRate });

const wav: Format = {
  name: 'WAV',
  seeds: [
    silence(50, 16000),
    silence(1, 8000),
    ...[
      [1, 8],
      [1, 24],
      [1, 32],
      [3, 32],
      [3, 64],
      [0xfffe, 16],
    ].map(([code, bits]) => wavOf(code!, bits!)),
  ],
  read: (bytes) => decodeWav(bytes, 'file'),
  mutate(seed, random) {
    const bytes = Uint8Array.from(seed);
    const view = new DataView(bytes.buffer);
    const [at, width] = pick(random, WAV_FIELDS);
    if (at + width > bytes.length) return mutateBytes(seed, seed, random);
    const value = random.integer(3) === 0 ? random.bits() : pick(random, WHOLE_NUMBERS);
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    // A block that fits the changed format, so that the change is not told by it.
    if (random.integer(2) === 0 && bytes.length > 36) {
      view.setUint16(32, view.getUint16(22, true) * (view.getUint16(34, true) >> 3), true);
    }
    if (random.integer(4) > 0) return bytes;
    const extra = encode(pick(random, ['LIST', 'fact', 'fmt ', 'data', 'RIFF']));
    const place = pick(random, [12, 36, bytes.length]);
    const length = pick(random, [0, 1, 3, 16, 2 ** 31, 2 ** 32 - 1]);
    const chunk = new Uint8Array(8 + (length < 20 ? length : 0));
    chunk.set(extra);
    new DataView(chunk.buffer).setUint32(4, length, true);
    return Uint8Array.from([...bytes.subarray(0, place), ...chunk, ...bytes.subarray(place)]);
  },
};

/** Offset and width of the numbers in a plain header. */
const WAV_FIELDS = [
  [4, 4],
  [16, 4],
  [20, 2],
  [22, 2],
  [24, 4],
  [28, 4],
  [32, 2],
  [34, 2],
  [36, 4],
  [40, 4],
  [44, 2],
] as const;

function wavOf(code: number, bits: number): Uint8Array {
  const extensible = code === 0xfffe;
  const [header, bytesEach] = [extensible ? 40 : 16, bits >> 3];
  const bytes = new Uint8Array(28 + header + 6 * bytesEach);
  const view = new DataView(bytes.buffer);
  bytes.set(encode('RIFF'));
  view.setUint32(4, bytes.length - 8, true);
  bytes.set(encode('WAVEfmt '), 8);
  view.setUint32(16, header, true);
  view.setUint16(20, code, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 16000, true);
  view.setUint16(32, bytesEach, true);
  view.setUint16(34, bits, true);
  if (extensible) view.setUint16(44, 1, true);
  bytes.set(encode('data'), 20 + header);
  view.setUint32(24 + header, 6 * bytesEach, true);
  return bytes;
}

const manifest: Format = {
  name: 'manifest',
  seeds: [
    encode('a.wav\thello there\nb/c.wav\tgood bye\r\n\nd.wav\tit is\n'),
    encode(
      '{"audio":"a.wav","text":"hello","set":"train","voice":"x"}\n{"audio":"b.wav","text":"bye","set":"test"}\n',
    ),
    encode('\uFEFF{"audio":"a.wav","text":"hello"}\n'),
  ],
  read: (bytes) => parseManifest(decodeText(bytes, 'file', 2 ** 26), 'file'),
  mutate(seed, random) {
    const lines = decode(seed).split('\n');
    const at = random.integer(lines.length);
    const line = lines[at]!;
    lines[at] = line.startsWith('{')
      ? jsonOf(mutateValue(JSON.parse(line), random, ODD)).replace(
          /\{/,
          random.integer(6) === 0 ? '{"audio":"z",' : '{',
        )
      : pick(random, [
          `${line}\t`,
          line.replace('\t', ' '),
          `../${line}`,
          `/${line}`,
          `${line}\u0000é`,
          '\t',
          `${line}\n${line}`,
        ]);
    return encode(lines.join(pick(random, ['\n', '\n', '\r\n', '\n\n', '\r'])));
  },
};

const CONFIG = {
  corpus: 'queries-small',
  seed: 3,
  training: { epochs: 2, learningRate: 0.01, shards: 2, augment: { noise: 0.1 }, onNonFinite: 'skip' },
  decoding: { beamWidth: 8 },
  models: [
    {
      name: 'a',
      layers: [{ hidden: 8, input: { lowRank: 2 }, recurrent: { sharedLowRank: 2 } }, { hidden: 8 }],
    },
    { name: 'b', layers: [{ hidden: 8, input: 'circulant', recurrent: { kronecker: [2, 4] }, cell: 'gru' }] },
  ],
};

const configOf = (
  name: string,
  seeds: readonly string[],
  text: (value: unknown, random: Random) => string,
): Format => ({
  name,
  seeds: seeds.map(encode),
  read: (bytes) => parseConfig(parseValue(decodeText(bytes, name, 2 ** 15), name), name),
  mutate(_, random) {
    if (random.integer(4) > 0) return encode(text(mutateValue(CONFIG, random, ODD), random));
    const layer = { hidden: 8, [pick(random, ['input', 'recurrent'])]: pick(random, ODD_MAPS) };
    return encode(text({ ...CONFIG, models: [{ name: 'a', layers: [layer] }] }, random));
  },
});

const YAML = `corpus: queries-small
seed: 1
models:
  - name: a
    layers:
      - &layer { hidden: 8, input: circulant, recurrent: { sharedLowRank: 4 } }
      - *layer
  - name: b # another
    layers: [{ hidden: 8 }]
`;

/** Every kind of file, with configurations in both of their languages. */
export const FORMATS: readonly Format[] = [
  safetensors,
  checkpoint,
  wav,
  manifest,
  configOf('x.json', [JSON.stringify(CONFIG)], (value, random) =>
    jsonOf(value).replace(/"seed":/, random.integer(6) === 0 ? '"seed":1,"seed":' : '"seed":'),
  ),
  configOf('x.yaml', [YAML, JSON.stringify(CONFIG, null, 1)], (value, random) => {
    const json = random.integer(2) === 0 ? jsonOf(value) : JSON.stringify(value, null, 2);
    return pick(random, [
      json,
      json,
      `--- &a\n${json}`,
      `${json}\n---\nb: 1`,
      json.replaceAll('"', ''),
      `!!map ${json}`,
      YAML.replace('8', json),
    ]);
  }),
];

/** The mutated file of an index: one of every two knows its format. */
export function mutatedFile(index: number): { readonly format: Format; readonly bytes: Uint8Array } {
  const format = FORMATS[index % FORMATS.length]!;
  const chance = random('mutation', index);
  const seed = pick(chance, format.seeds);
  const knows = Math.floor(index / FORMATS.length) % 2 === 0;
  return {
    format,
    bytes: knows ? format.mutate(seed, chance) : mutateBytes(seed, pick(chance, format.seeds), chance),
  };
}
