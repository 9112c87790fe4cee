/** The reference kernels: plain TypeScript for float32 and float64, the meaning of every kernel and its oracle. */
export * from './adam/reference.ts';
export * from './circulant/reference.ts';
export * from './copy/reference.ts';
export * from './ctc/reference.ts';
export * from './dropout/reference.ts';
export * from './elementwise/reference.ts';
export * from './exp/reference.ts';
export * from './gather/reference.ts';
export * from './log/reference.ts';
export * from './lstmCell/reference.ts';
export * from './matmul/reference.ts';
export * from './reduce/reference.ts';
export * from './sgd/reference.ts';
export * from './sigmoid/reference.ts';
export * from './softmax/reference.ts';
export * from './tanh/reference.ts';
