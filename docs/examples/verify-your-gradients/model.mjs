import { crossEntropy, matmul, recurrentModel, tanh } from 'compact-rnn';

/** A layer of one's own, made of ops: x [B, I] and w [H, I] → [B, H]. */
export const layer = ({ x, w }) => ({ y: tanh(matmul(x, w, { transposeB: true })) });

/** A compact recurrent model, and a loss for it. */
export const model = recurrentModel({
  inputSize: 3,
  layers: [{ hidden: 4, cell: 'gru', input: 'circulant', recurrent: { lowRank: 2 } }],
  outputSize: 2,
});

/** Mean cross-entropy of the right class of every step. */
export const loss = ({ parameters, x }, classes) => crossEntropy(model.apply(parameters, x).y, classes);
