export * from './gradcheck/index.ts';
export * from './laws/index.ts';
