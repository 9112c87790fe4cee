export type { TrainedClassifier, TrainOptions } from '../classify/train.ts';
export { type FashionRowsConfig, parseFashionRowsConfig } from './config.ts';
export {
  CLASSES,
  COLUMNS,
  type FashionRows,
  type ImageSet,
  type LoadOptions,
  loadFashionRows,
} from './data.ts';
export { type FashionRowsScore, scoreFashionRows } from './score.ts';
export { trainFashionRows } from './train.ts';
