import { isComparison, type Plot, plotsOf } from './results';

/** Every comparison in docs/results, read when the site is built. */
const files = import.meta.glob<{ default: unknown }>('../../results/*.json', { eager: true });

/** The headline first, then by name. */
export const plots: readonly Plot[] = Object.entries(files)
  .sort(
    ([a], [b]) =>
      Number(b.includes('spoken-queries')) - Number(a.includes('spoken-queries')) || (a < b ? -1 : 1),
  )
  .flatMap(([, { default: json }]) => (isComparison(json) ? plotsOf(json) : []));
