import type { arraysOf } from './answers.ts';
import type { Job } from './job.ts';
import { layersOf } from './layers.ts';

/*
 * A model in the ONNX format (protocol buffers; onnx.proto3), with an LSTM node for each layer whose recurrent matrix is dense,
 * and with a step written in elementary nodes where it is a product of factors. One step of one row:
 * x [1, B, I], states h and c of each layer → y [B, classes], the next states.
 */

type Arrays = ReturnType<typeof arraysOf>;

export function onnxModel(job: Job, arrays: Arrays): Uint8Array {
  const { hidden, input, classes, batch } = job.workload;
  const nodes: Bytes[] = [];
  const initialisers: Bytes[] = [];
  const node = (
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    ...attributes: Bytes[]
  ) =>
    nodes.push(
      message(
        ...inputs.map((name) => text(1, name)),
        ...outputs.map((name) => text(2, name)),
        text(4, type),
        ...attributes.map((attribute) => bytes(5, attribute)),
      ),
    );
  const constant = (name: string, shape: readonly number[], values: Float32Array): string => {
    initialisers.push(tensorOf(name, shape, values));
    return name;
  };
  const transposed = (name: string): string => {
    const { shape, values } = arrays[name];
    const [rows, cols] = shape;
    const turned = Float32Array.from(values, (_, i) => values[(i % rows) * cols + Math.floor(i / rows)]);
    return constant(name, [cols, rows], turned);
  };

  let row = 'x';
  layersOf(job).forEach(({ input: ofInput, recurrent, bias }, l) => {
    const [h0, c0, h, c] = [`h${l}`, `c${l}`, `hNext${l}`, `cNext${l}`];
    if (recurrent.length === 1) {
      // The order of gates is i, o, f, c there, the second bias is zero, and one direction has an axis of its own.
      const ordered = (name: string) => {
        const { values } = arrays[name];
        const part = (gate: number) =>
          values.subarray((gate * values.length) / 4, ((gate + 1) * values.length) / 4);
        return Float32Array.from([0, 3, 1, 2].flatMap((gate) => [...part(gate)]));
      };
      const width = arrays[ofInput[0]].shape[1];
      const weights = [
        constant(ofInput[0], [1, 4 * hidden, width], ordered(ofInput[0])),
        constant(recurrent[0], [1, 4 * hidden, hidden], ordered(recurrent[0])),
        constant(
          bias,
          [1, 8 * hidden],
          Float32Array.from([...ordered(bias), ...new Float32Array(4 * hidden)]),
        ),
      ];
      node('LSTM', [row, ...weights, '', h0, c0], ['', h, c], integer('hidden_size', hidden));
      row = h;
    } else {
      const gates: string[] = [];
      for (const [factors, from] of [
        [ofInput, row],
        [recurrent, h0],
      ] as const) {
        let last = from;
        for (const factor of factors) {
          node('MatMul', [last, transposed(factor)], [`${factor}.y`]);
          last = `${factor}.y`;
        }
        gates.push(last);
      }
      const name = (part: string) => `layers.${l}.${part}`;
      node('Add', gates, [name('sum')]);
      node('Add', [name('sum'), constant(bias, [4 * hidden], arrays[bias].values)], [name('a')]);
      node(
        'Split',
        [name('a')],
        ['i', 'f', 'g', 'o'].map(name),
        integer('axis', 2),
        integer('num_outputs', 4),
      );
      for (const gate of ['i', 'f', 'o']) node('Sigmoid', [name(gate)], [name(`${gate}s`)]);
      node('Tanh', [name('g')], [name('gt')]);
      node('Mul', [name('fs'), c0], [name('kept')]);
      node('Mul', [name('is'), name('gt')], [name('new')]);
      node('Add', [name('kept'), name('new')], [c]);
      node('Tanh', [c], [name('ct')]);
      node('Mul', [name('os'), name('ct')], [h]);
      row = h;
    }
  });
  node('MatMul', [row, transposed('head.weight')], ['head.y']);
  node('Add', ['head.y', constant('head.bias', [classes], arrays['head.bias'].values)], ['y']);

  const states = Array.from({ length: job.workload.layers }, (_, l) => [`h${l}`, `c${l}`]).flat();
  const after = Array.from({ length: job.workload.layers }, (_, l) => [`hNext${l}`, `cNext${l}`]).flat();
  const graph = message(
    ...nodes.map((one) => bytes(1, one)),
    text(2, 'stream'),
    ...initialisers.map((one) => bytes(5, one)),
    bytes(11, value('x', [1, batch, input])),
    ...states.map((name) => bytes(11, value(name, [1, batch, hidden]))),
    bytes(12, value('y', [1, batch, classes])),
    ...after.map((name) => bytes(12, value(name, [1, batch, hidden]))),
  );
  const operators = message(text(1, ''), number(2, 18));
  return Uint8Array.from(message(number(1, 8), bytes(7, graph), bytes(8, operators)));
}

type Bytes = Iterable<number> & { readonly length: number };

/** The fields of a message one after the other. */
function message(...fields: Bytes[]): Uint8Array {
  const joined = new Uint8Array(fields.reduce((total, { length }) => total + length, 0));
  let place = 0;
  for (const field of fields) {
    joined.set(Uint8Array.from(field), place);
    place += field.length;
  }
  return joined;
}

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const number = (field: number, n: number): Bytes => [...varint(field * 8), ...varint(n)];
const bytes = (field: number, content: Bytes): Bytes =>
  message([...varint(field * 8 + 2), ...varint(content.length)], content);
const text = (field: number, content: string): Bytes => bytes(field, Buffer.from(content));

const integer = (name: string, n: number): Bytes => message(text(1, name), number(3, n), number(20, 2));

const float32 = 1;
const tensorOf = (name: string, shape: readonly number[], values: Float32Array): Bytes =>
  message(
    ...shape.map((size) => number(1, size)),
    number(2, float32),
    text(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );

function value(name: string, shape: readonly number[]): Bytes {
  const axes = message(...shape.map((size) => bytes(1, message(number(1, size)))));
  return message(text(1, name), bytes(2, message(bytes(1, message(number(1, float32), bytes(2, axes))))));
}
