export { type AdamOptions, adam } from './adam.ts';
export { clipByGlobalNorm, globalNorm } from './clip.ts';
export type { Optimizer, OptimizerState } from './optimizer.ts';
export { type ScheduleOptions, warmupCosine } from './schedule.ts';
export { type SgdOptions, sgd } from './sgd.ts';
