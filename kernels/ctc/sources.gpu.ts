/*
 * A logarithm is an integer and a fraction from 0 to 1, in names that end in I and F. Integers up to 2²⁴ are exact in
 * float32, and so are their sums and differences, in whichever order a shader compiler takes them: what paths of scores of
 * 1e4 differ by keeps all its digits. The scores of a frame are its logits less the largest, without what a softmax divides
 * by, which all paths share.
 *
 * alpha and beta are `[batch, 2, width]`: the integers, then the fractions, of `states` states, of what was taken off all
 * of them, and of what a softmax divided by, all frames so far together.
 */

/** Integer of the logarithm of 0: GPUs need not know infinities. */
export const none = -1e30;

/** Columns after those of the states. */
export const columnsBeside = 2;

const sequenceAndPart = `
const b = Math.floor((row + 0.5) / 2);
const part = row - 2 * b;`;

const returnNone = 'if (part === 0) { return none; }\nreturn 0;';

/** Declares what state `state` emits in the frame, as `name`I and `name`F. */
const score = (name: string, state: string): string => `
const ${name}Class = emitted[b * $width + ${state}];
const ${name}Logit = logits[b * $classes + ${name}Class];
const ${name}I = Math.floor(${name}Logit) - Math.floor(norms[b * 2]);
const ${name}F = ${name}Logit - Math.floor(${name}Logit) - (norms[b * 2] - Math.floor(norms[b * 2]));`;

/** Declares peakI and peakF, the largest of some logarithms, and sum, that of their exponentials less the peak's. */
const sumOf = (first: string, ...others: string[]): string => `
let peakI = ${first}I;
let peakF = ${first}F;
${others
  .map(
    (other) => `if (${other}I - peakI + (${other}F - peakF) > 0) { peakI = ${other}I; peakF = ${other}F; }`,
  )
  .join('\n')}
const sum = ${[first, ...others].map((name) => `Math.exp(${name}I - peakI + (${name}F - peakF))`).join(' + ')};`;

const returnPart = (integer: string, fraction: string): string => `
if (part === 0) { return ${integer} + Math.floor(${fraction}); }
return ${fraction} - Math.floor(${fraction});`;

/** Declares what is taken off all integers of a frame: the largest of its neighbour's, or nothing. */
const takenOff = (array: string, rescales: boolean): string =>
  rescales
    ? `
let off = ${array}[integers];
for (let k = 1; k < $states; k++) { off = Math.max(off, ${array}[integers + k]); }`
    : 'const off = 0.0;';

export const firstAlpha = `${sequenceAndPart}
if (s === $states) { return 0; }
if (s > $states) {
  const normalizer = Math.log(norms[b * 2 + 1]);
  ${returnPart('0', 'normalizer')}
}
if (s > 1) { ${returnNone} }
if (s >= counts[b]) { ${returnNone} }
${score('own', 's')}
${returnPart('ownI', 'ownF')}`;

export const nextAlpha = (rescales: boolean): string => `${sequenceAndPart}
if (t >= frames[b]) { return before[row * $width + s]; }
const integers = b * 2 * $width;
const fractions = integers + $width;
${takenOff('before', rescales)}
if (s === $states) { return before[row * $width + s] + (1 - part) * off; }
if (s > $states) {
  const normalizer = before[fractions + s] + Math.log(norms[b * 2 + 1]);
  ${returnPart('before[integers + s]', 'normalizer')}
}
if (s >= counts[b]) { ${returnNone} }
const uI = before[integers + s];
const uF = before[fractions + s];
let vI = none;
let vF = 0.0;
let wI = none;
let wF = 0.0;
if (s > 0) {
  vI = before[integers + s - 1];
  vF = before[fractions + s - 1];
}
if (skips[b * $width + s] > 0) {
  wI = before[integers + s - 2];
  wF = before[fractions + s - 2];
}
${sumOf('u', 'v', 'w')}
if (peakI < 0.5 * none) { ${returnNone} }
${score('own', 's')}
const total = peakF + ownF + Math.log(sum);
${returnPart('peakI - off + ownI', 'total')}`;

export const loss = `
if (frames[b] < 1) { return 0; }
const integers = b * 2 * $width;
const fractions = integers + $width;
const last = Math.floor(counts[b]) - 1;
const uI = alpha[integers + last];
const uF = alpha[fractions + last];
let vI = none;
let vF = 0.0;
if (last > 0) {
  vI = alpha[integers + last - 1];
  vF = alpha[fractions + last - 1];
}
${sumOf('u', 'v')}
const total = alpha[fractions + $states + 1] - peakF - Math.log(sum);
return alpha[integers + $states + 1] - alpha[integers + $states] - peakI + total;`;

const isOutside = `${sequenceAndPart}
if (t >= frames[b] - 1) {
  if (s >= $states) { return 0; }
  if (t < frames[b]) {
    if (s < counts[b]) {
      if (s >= counts[b] - 2) { return 0; }
    }
  }
  ${returnNone}
}`;

export const lastBeta = `${isOutside}\n${returnNone}`;

export const nextBeta = (rescales: boolean): string => `${isOutside}
const integers = b * 2 * $width;
const fractions = integers + $width;
${takenOff('after', rescales)}
if (s === $states) { return after[row * $width + s] + (1 - part) * off; }
if (s >= counts[b]) { ${returnNone} }
${score('own', 's')}
const uI = after[integers + s] + ownI;
const uF = after[fractions + s] + ownF;
let vI = none;
let vF = 0.0;
let wI = none;
let wF = 0.0;
if (s + 1 < counts[b]) {
  ${score('next', 's + 1')}
  vI = after[integers + s + 1] + nextI;
  vF = after[fractions + s + 1] + nextF;
}
if (s + 2 < counts[b]) {
  if (skips[b * $width + s + 2] > 0) {
    ${score('skipped', 's + 2')}
    wI = after[integers + s + 2] + skippedI;
    wF = after[fractions + s + 2] + skippedF;
  }
}
${sumOf('u', 'v', 'w')}
if (peakI < 0.5 * none) { ${returnNone} }
const total = peakF + Math.log(sum);
${returnPart('peakI - off', 'total')}`;

/** In every frame the paths add up to the same, which is near the largest of its states: what each is compared with. */
export const gradient = `
if (t >= frames[b]) { return 0; }
const frame = t * $batch + b;
const integers = frame * 2 * $width;
const fractions = integers + $width;
const end = (($time - 1) * $batch + b) * 2 * $width;
const last = Math.floor(counts[b]) - 1;
let all = alphas[end + last];
if (last > 0) { all = Math.max(all, alphas[end + last - 1]); }
const largest = all + (alphas[end + $states] - alphas[integers + $states] - betas[integers + $states]);
let sum = 0;
let own = 0;
for (let k = 0; k < $states; k++) {
  const integer = alphas[integers + k] + betas[integers + k] - largest;
  const weight = Math.exp(integer + (alphas[fractions + k] + betas[fractions + k]));
  sum += weight;
  if (c === Math.floor(emitted[b * $width + k])) { own += weight; }
}
const softmax = Math.exp(logits[frame * $classes + c] - norms[frame * 2]) / norms[frame * 2 + 1];
return softmax - own / sum;`;
