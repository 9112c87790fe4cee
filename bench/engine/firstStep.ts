import { adam, crossEntropy, recurrentModel, tensor, trainStep } from 'compact-rnn';
import { learningRate, modelOf, workloads } from '../workloads/definitions.ts';

/* Makes the first training step of W1 by the package as it is published, and prints how many milliseconds ago the process began. */
const [w1] = workloads;
const model = recurrentModel(modelOf(w1, 'dense'));
const parameters = model.initialise(1);
const rows = w1.time * w1.batch;
const x = tensor(
  Float32Array.from({ length: rows * w1.input }, (_, i) => Math.sin(i * i)),
  [w1.time, w1.batch, w1.input],
);
const classes = Array.from({ length: rows }, (_, row) => (7 * row) % w1.classes);
const loss = (current: typeof parameters) => crossEntropy(model.apply(current, x).y, classes);
trainStep(loss, parameters, adam(parameters), { learningRate });
console.log(performance.now());
