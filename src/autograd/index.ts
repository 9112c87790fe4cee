export { AnomalyError, detectAnomaly } from './anomaly.ts';
export { grad, type Tensors, type ValueAndGrad, valueAndGrad } from './grad.ts';
export {
  defineOp,
  type Op,
  type OpCall,
  OpContext,
  type OpDefinition,
  type OpErrorSample,
  type OpSample,
  registry,
} from './op.ts';
export { type Profile, profile } from './profile.ts';
