export { crossEntropy } from './losses.ts';
export { type LstmLayer, type LstmState, lstmLayer } from './lstmLayer.ts';
export { lstmSteps } from './lstmSteps.ts';
export {
  type ApplyOptions,
  countParameters,
  type RecurrentModel,
  type RecurrentModelSpec,
  recurrentModel,
} from './recurrentModel.ts';
export type { LayerSpec, MapSpec } from './spec.ts';
export { type Summary, type SummaryRow, summarise } from './summary.ts';
