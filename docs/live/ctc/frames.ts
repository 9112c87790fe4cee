import { random } from 'compact-rnn';
import { before, statesOf } from './lattice.ts';

/** Logits [frames][classes] to begin from, class 0 the blank. */
export interface Source {
  readonly name: string;
  readonly says: string;
  logits(frames: number, labels: readonly number[], classes: number): number[][];
}

/** Which label, if any, a well-trained network would emit at each frame: spikes, evenly spread. */
function spikes(frames: number, labels: readonly number[]): number[] {
  const emitted = new Array<number>(frames).fill(0);
  labels.forEach((label, k) => {
    emitted[Math.min(frames - 1, Math.floor(((k + 0.5) * frames) / labels.length))] = label;
  });
  return emitted;
}

const rows = (emitted: readonly number[], classes: number, height: number): number[][] =>
  emitted.map((own) => Array.from({ length: classes }, (_, k) => (k === own ? height : 0)));

export const SOURCES: readonly Source[] = [
  {
    name: 'unsure',
    says: 'Noise around equal probabilities: many paths matter, and the posterior spreads over the band that they can reach.',
    logits(frames, _, classes) {
      const { normal } = random('ctc', frames, classes);
      return Array.from({ length: frames }, () =>
        Array.from({ length: classes }, () => rounded(0.7 * normal())),
      );
    },
  },
  {
    name: 'trained',
    says: 'A trained network spikes: blanks nearly everywhere, each label in one frame or two.',
    logits: (frames, labels, classes) => rows(spikes(frames, labels), classes, 4),
  },
  {
    name: 'drawn out',
    says: 'Every label fills its share of the frames, without blanks. Equal neighbours then merge: type “aa” and see where the path must squeeze in a blank.',
    logits(frames, labels, classes) {
      const emitted = Array.from(
        { length: frames },
        (_, t) => labels[Math.floor((t * labels.length) / frames)] ?? 0,
      );
      return rows(emitted, classes, 3);
    },
  },
  {
    name: 'wrong order',
    says: 'The network hears the labels backwards. No path can take them so: each must take what fits, the loss is large, and the gradient says where.',
    logits: (frames, labels, classes) => rows(spikes(frames, [...labels].reverse()), classes, 3),
  },
  {
    name: 'uniform',
    says: 'All classes equally likely: what is left is counting. A state is as likely as there are paths through it.',
    logits: (frames, _, classes) => Array.from({ length: frames }, () => new Array<number>(classes).fill(0)),
  },
];

const rounded = (value: number) => Math.round(10 * value) / 10;

/** Softmax of each frame. */
export const probabilitiesOf = (logits: readonly (readonly number[])[]): number[][] =>
  logits.map((row) => {
    const most = Math.max(...row);
    const parts = row.map((value) => Math.exp(value - most));
    const total = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => part / total);
  });

/** Classes of a text's letters: 1 for the first letter that occurs, and so on; and the letters, the blank in front. */
export function classesOf(text: string): { labels: number[]; letters: string[] } {
  const letters = [...new Set(text)];
  return { labels: [...text].map((letter) => letters.indexOf(letter) + 1), letters: ['–', ...letters] };
}

/** How many paths there are, each as likely as any other under equal probabilities. */
export function countPaths(frames: number, labels: readonly number[]): number {
  const states = statesOf(labels);
  let counts: number[] = states.map((_, s) => (s <= 1 ? 1 : 0));
  for (let t = 1; t < frames; t++) {
    counts = states.map((_, s) => before(states, s).reduce((sum, from) => sum + counts[from], 0));
  }
  return counts[states.length - 1] + (counts[states.length - 2] ?? 0);
}
