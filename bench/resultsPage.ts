import type { Results } from './results.ts';

export function pageOf(results: Results, before: string): string {
  return before + results.machine;
}
