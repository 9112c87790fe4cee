export { crossEntropy } from './losses.ts';
export { lstmLayer } from './lstmLayer.ts';
export { lstmSteps } from './lstmSteps.ts';
export type { LayerState, RecurrentLayer } from './recurrentLayer.ts';
export {
  type ApplyOptions,
  countParameters,
  type RecurrentModel,
  type RecurrentModelSpec,
  recurrentModel,
} from './recurrentModel.ts';
export type { InputMapSpec, LayerSpec, MapSpec } from './spec.ts';
export { type Summary, type SummaryRow, summarise } from './summary.ts';
