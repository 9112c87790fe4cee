import type { Job } from './job.ts';

/** The names of a layer's parameters: the factors of each matrix, the first applied first. */
export interface LayerNames {
  readonly input: readonly string[];
  readonly recurrent: readonly string[];
  readonly bias: string;
}

/** The LSTM layers of a job whose matrices are dense or products of factors. */
export function layersOf({ workload, arrays }: Job): LayerNames[] {
  return Array.from({ length: workload.layers }, (_, i) => {
    const factors = (place: string): string[] => {
      const name = `layers.${i}.${place}`;
      return `${name}.weight` in arrays ? [`${name}.weight`] : [`${name}.v`, `${name}.u`];
    };
    return { input: factors('input'), recurrent: factors('recurrent'), bias: `layers.${i}.bias` };
  });
}
