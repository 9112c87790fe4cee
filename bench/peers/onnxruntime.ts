import { createRequire } from 'node:module';
import { join } from 'node:path';
import { answer, arraysOf, type Steps } from './answers.ts';
import type { Job } from './job.ts';
import { onnxModel } from './onnx.ts';

/* onnxruntime-node on one thread as a contender: see contender.ts. */

/** What is used of the library. */
interface Tensor {
  readonly data: Float32Array;
}

interface Runtime {
  readonly Tensor: new (type: 'float32', values: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
}

interface Session {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
}

const ort = createRequire(join(process.argv[2], 'package.json'))('onnxruntime-node') as Runtime;

await answer(async (job: Job): Promise<Steps> => {
  const { batch, input, hidden, layers } = job.workload;
  const arrays = arraysOf(job);
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
  const session = await ort.InferenceSession.create(onnxModel(job, arrays), options);
  const inputs: Record<string, Tensor> = {
    x: new ort.Tensor('float32', arrays['x'].values, [1, batch, input]),
  };
  for (let l = 0; l < layers; l++) {
    for (const name of [`h${l}`, `c${l}`]) {
      inputs[name] = new ort.Tensor('float32', new Float32Array(batch * hidden), [1, batch, hidden]);
    }
  }
  return {
    form: 'cpu',
    async step() {
      const outputs = await session.run(inputs);
      for (let l = 0; l < layers; l++) {
        inputs[`h${l}`] = outputs[`hNext${l}`];
        inputs[`c${l}`] = outputs[`cNext${l}`];
      }
      return outputs['y'].data.reduce((total, value) => total + value, 0);
    },
  };
});
