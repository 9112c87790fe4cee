import { InputError } from '../../../../errors.ts';
import { type Grammar, LAYERS } from './phrases.ts';

/** How many words people may use: about 60, the same in many more sentences, about 140, several hundred. */
export type GrammarSize = 'small' | 'varied' | 'medium' | 'large';

export const GRAMMAR_SIZES: readonly GrammarSize[] = ['small', 'varied', 'medium', 'large'];

/** The layers that each size has. */
const LAYERS_OF: Readonly<Record<GrammarSize, readonly (keyof typeof LAYERS)[]>> = {
  small: ['small'],
  varied: ['small', 'varied'],
  medium: ['small', 'medium'],
  large: ['small', 'medium', 'large'],
};

/**
 * Endless spoken queries of a size, drawn with `random` (uniform in [0, 1)): places, names, songs, numbers,
 * commands. A slot that stands twice in a sentence is filled with two different things.
 *
 * @throws InputError where the size is unknown.
 */
export function* sentences(size: GrammarSize, random: () => number): Generator<string, never> {
  const { templates, slots } = grammarOf(size);
  const urn = templates.flatMap(([weight, template]) => new Array<string>(weight).fill(template));
  for (;;) yield fill(urn[Math.floor(random() * urn.length)]!, slots, random);
}

/** The words that sentences of a size are made of, sorted. @throws InputError where the size is unknown. */
export function vocabulary(size: GrammarSize): readonly string[] {
  const { templates, slots } = grammarOf(size);
  const texts = [...templates.map(([, template]) => template), ...Object.values(slots).flat()];
  const words = texts.flatMap((text) => text.replace(/\{\w+\}/g, ' ').split(' '));
  return [...new Set(words)].filter((word) => word !== '').sort();
}

/** @throws InputError where the size is unknown. */
export function checkSize(size: string): asserts size is GrammarSize {
  if (!GRAMMAR_SIZES.includes(size as GrammarSize)) {
    throw new InputError(
      `The query grammar has no size "${size}", expected one of ${GRAMMAR_SIZES.join(', ')}.`,
    );
  }
}

function grammarOf(size: GrammarSize): Grammar {
  checkSize(size);
  const layers = LAYERS_OF[size].map((name) => LAYERS[name]);
  const slots: Record<string, string[]> = {};
  for (const layer of layers) {
    for (const [name, choices] of Object.entries(layer.slots))
      slots[name] = [...(slots[name] ?? []), ...choices];
  }
  return { templates: layers.flatMap((layer) => layer.templates), slots };
}

function fill(template: string, slots: Grammar['slots'], random: () => number): string {
  const used = new Set<string>();
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const choices = slots[name]!;
    for (;;) {
      const text = fill(choices[Math.floor(random() * choices.length)]!, slots, random);
      if (used.has(`${name}:${text}`)) continue;
      used.add(`${name}:${text}`);
      return text;
    }
  });
}
