import {
  type GpuMode,
  mean,
  recurrentModel,
  sgd,
  startBackend,
  tensor,
  trainStepAsync,
} from '../../src/index.ts';

/** Losses of the first updates of an LSTM. */
async function train(name: 'gpu' | 'reference', mode?: GpuMode) {
  const home = await startBackend(name, { mode });
  const spec = { inputSize: 2, layers: [{ hidden: 3, input: 'circulant' as const }], outputSize: 1 };
  const model = recurrentModel(spec);
  const parameters = model.initialise(1, { backend: home });
  const x = tensor([1, 0, -1, 2, 0.5, 1], [3, 1, 2], { backend: home });
  const optimizer = sgd(parameters);
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    const { loss } = await trainStepAsync((p) => mean(model.apply(p, x).y), parameters, optimizer, {
      learningRate: 0.1,
    });
    losses.push(loss);
  }
  return { losses, description: home.description };
}

Object.assign(globalThis, { train });
