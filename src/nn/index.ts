export { bidirectional, reversed } from './bidirectional.ts';
export { type CompressedPlace, type Compression, compressModel } from './compress.ts';
export { gruLayer } from './gruLayer.ts';
export { gruResetBeforeSteps, gruSteps } from './gruSteps.ts';
export { binaryCrossEntropy, type CrossEntropyOptions, crossEntropy, meanSquaredError } from './losses.ts';
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
export { rnnLayer } from './rnnLayer.ts';
export { rnnSteps } from './rnnSteps.ts';
export type { InputMapSpec, LayerSpec, MapSpec } from './spec.ts';
export { openStream, type StreamOptions } from './streaming/openStream.ts';
export { type OutputError, quantisationError } from './streaming/quantisationError.ts';
export type { RecurrentStream, StreamWeights } from './streaming/recurrentStream.ts';
export { type Summary, type SummaryRow, summarise } from './summary.ts';
