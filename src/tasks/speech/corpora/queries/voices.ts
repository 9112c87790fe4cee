/**
 * Accents of espeak-ng's English: heard in training, for development, in the test. No accent is in two sets. The one for
 * development is about as hard as the one of the test; an easier one would choose models that do not generalise.
 */
const ACCENTS = {
  train: ['en', 'en-us', 'en-gb-scotland', 'en-gb-x-gbclan', 'en-gb-x-rp', 'en-gb-x-gbcwmd'],
  development: ['en-029'],
  test: ['en-us-nyc'],
} as const;

/**
 * Variants (speakers) of espeak-ng. No variant is in two sets, and those held out sound like none in
 * training: the nearest is 0.55 away or more (root mean square over 40 bands of one sentence's mean log-mel
 * energy), where variants of one family are 0.1 to 0.5 apart. Left out: whispering, robots, effects, and
 * those that speed up by themselves.
 */
const VARIANTS = {
  train: words(`
    Alex Andrea Denis Diogo Gene Gene2 Henrique Hugo Lee Marco Mario Mike Nguyen Reed adam anika announcer antonio aunty
    benjamin boris caleb edward edward2 f3 f4 f5 grandpa gustave ian iven iven2 iven3 iven4 john kaukovalta klatt3 klatt4
    klatt5 klatt6 linda m1 m3 m4 m5 m6 m7 max michel miguel mike2 paul pedro rob robert sandro steph steph2 steph3 travis
    victor zac`),
  development: words('Annie Michael ed f1 m8 norbert pablo quincy'),
  test: words('Alicia Andy Jacky Storm belinda david f2 grandma m2 marcelo shelby'),
} as const;

/** The recorded people whose voices flite has: a synthesiser never heard in training. */
export const FLITE_VOICES: readonly string[] = ['slt', 'awb', 'rms', 'kal16'];

/** All accents that the corpora use. */
export const ESPEAK_ACCENTS: readonly string[] = Object.values(ACCENTS).flat();

/** All variants that the corpora use. */
export const ESPEAK_VARIANTS: readonly string[] = Object.values(VARIANTS).flat();

/**
 * espeak-ng's voices of each set: every accent of the set with every variant of the set, and in training also
 * each accent plain.
 */
export const ESPEAK_VOICES: Readonly<Record<'train' | 'development' | 'test', readonly string[]>> = {
  train: [...ACCENTS.train, ...combine(ACCENTS.train, VARIANTS.train)],
  development: combine(ACCENTS.development, VARIANTS.development),
  test: combine(ACCENTS.test, VARIANTS.test),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function combine(accents: readonly string[], variants: readonly string[]): readonly string[] {
  return accents.flatMap((accent) => variants.map((variant) => `${accent}+${variant}`));
}
