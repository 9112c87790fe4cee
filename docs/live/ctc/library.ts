import { ctcLoss, sum, tensor, valueAndGrad } from 'compact-rnn';

/** The loss and its gradient in the logits [frames][classes], as the library finds them, in float64. */
export function byLibrary(logits: readonly (readonly number[])[], labels: readonly number[]) {
  const [frames, classes] = [logits.length, logits[0].length];
  const x = tensor(Float64Array.from(logits.flat()), [frames, 1, classes], { dtype: 'float64' });
  const { value, grads } = valueAndGrad(({ x }) => sum(ctcLoss(x, [labels], [frames])))({ x });
  return { loss: value.item(), gradient: grads.x.dataSync() };
}
