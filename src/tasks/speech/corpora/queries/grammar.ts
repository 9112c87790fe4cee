import { InputError } from '../../../../errors.ts';

/** How many words people may use: about 60, about 140, several hundred. */
export type GrammarSize = 'small' | 'medium' | 'large';

export const GRAMMAR_SIZES: readonly GrammarSize[] = ['small', 'medium', 'large'];

/**
 * Endless spoken queries of a size, drawn with `random` (uniform in [0, 1)): places, names, songs, numbers, commands. A slot that
 * stands twice in a sentence is filled with two different things.
 *
 * @throws InputError where the size is unknown.
 */
export function* sentences(size: GrammarSize, random: () => number): Generator<string, never> {
  const { templates, slots } = grammarOf(size);
  const urn = templates.flatMap(([weight, template]) => new Array<string>(weight).fill(template));
  for (;;) yield fill(urn[Math.floor(random() * urn.length)]!, slots, random);
}

/** All words that the sentences of a size are made of, sorted. @throws InputError where the size is unknown. */
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

interface Grammar {
  /** How often (a whole number), and what: `{name}` stands for anything in the slot of that name. */
  readonly templates: readonly (readonly [number, string])[];
  readonly slots: Readonly<Record<string, readonly string[]>>;
}

/** Each size has all of the smaller ones and more. */
const LAYERS: Readonly<Record<GrammarSize, Grammar>> = {
  small: {
    templates: [
      [3, 'what is the weather in {city}{when}'],
      [2, 'play {song} by {artist}{when}'],
      [3, 'call {person}{when}'],
      [3, 'send a message to {person} and {person}'],
      [3, 'remind me to call {person}{when}'],
      [3, 'set a timer for {number} hours and {number} minutes'],
      [3, 'wake me up {day} at {clock} and play {song}'],
      [4, 'directions from {city} to {city}{when}'],
    ],
    slots: {
      city: ['paris', 'london', 'berlin', 'boston', 'chicago'],
      first: ['john', 'mary', 'david', 'susan', 'peter', 'anna'],
      last: ['smith', 'jones', 'brown', 'taylor'],
      person: ['{first}', '{first} {last}', '{first} {last}'],
      song: ['yellow submarine', 'thriller'],
      artist: ['madonna', 'abba', 'queen'],
      hour: ['two', 'three', 'five', 'six', 'seven', 'nine', 'ten', 'twelve'],
      number: ['{hour}', '{hour}', 'fifteen', 'twenty', 'thirty'],
      clock: ['{hour}', '{hour} fifteen', '{hour} twenty', '{hour} thirty'],
      day: ['today', 'tomorrow', 'tonight', 'on monday', 'on friday'],
      when: ['', '', ' {day}', ' {day}', ' at {clock}', ' {day} at {clock}'],
    },
  },
  medium: {
    templates: [
      [2, 'how far is {city} from {city}'],
      [2, 'find {food} in {city}{when}'],
      [2, 'where can i get {food} near {place}'],
      [2, 'what time is it in {city}'],
      [2, 'pictures of {artist} in {city}'],
      [2, 'how old is {person}'],
      [3, 'book a {vehicle} to the {place} for {person}{when}'],
      [2, 'turn {switch} the {device} in the {room}'],
      [2, 'add {food} and {food} to my shopping list'],
      [2, 'cancel my {number} {unit} timer'],
    ],
    slots: {
      city: ['new york', 'tokyo', 'sydney', 'rome', 'los angeles', 'san francisco', 'seattle'],
      first: ['james', 'linda', 'robert', 'helen'],
      last: ['wilson', 'davis', 'miller', 'moore'],
      song: ['hey jude', 'dancing queen', 'let it be'],
      artist: ['the beatles', 'michael jackson', 'the rolling stones'],
      hour: ['one', 'four', 'eight', 'eleven'],
      number: ['forty', 'fifty'],
      day: ['this weekend', 'next tuesday', 'on sunday'],
      unit: ['second', 'minute', 'hour'],
      food: ['pizza', 'sushi', 'coffee', 'indian food', 'thai food', 'burgers', 'milk', 'bread'],
      place: ['airport', 'train station', 'hotel', 'museum', 'hospital'],
      vehicle: ['taxi', 'car', 'table'],
      switch: ['on', 'off'],
      device: ['lights', 'radio', 'heating', 'television'],
      room: ['kitchen', 'bedroom', 'garden'],
    },
  },
  large: {
    templates: [
      [2, 'translate {phrase} into {language}'],
      [2, 'how do you say {phrase} in {language}'],
      [2, 'what is {number} {operation} {number}'],
      [2, 'show me {quality} {shop} near the {place}'],
      [2, 'what is the capital of {country}'],
      [2, 'how many people live in {country}'],
      [2, 'flights from {city} to {city} on the {ordinal} of {month}'],
      [2, 'is there any traffic between {city} and {city}{when}'],
      [2, 'did {team} win against {team}{when}'],
      [2, 'read the latest {topic} news from {country}'],
      [2, 'what does {artist} sing about in {song}'],
      [1, 'text {person} that i will be {number} minutes late'],
      [1, 'put {event} with {person} in my calendar{when}'],
      [1, 'what should i wear in {city}{when}'],
      [1, 'where is the nearest {shop}'],
      [1, 'recipe for {dish} with {food}'],
      [1, 'how tall is {landmark}'],
      [1, 'open the {application} application'],
    ],
    slots: {
      city: words(
        'vienna lisbon dublin moscow cairo delhi toronto miami dallas houston denver oslo prague athens',
      ),
      first: words('michael emma oliver sophia daniel laura simon alice martin julia kevin sarah'),
      last: words('anderson thomas jackson white harris clark walker young king wright scott green'),
      song: [
        'imagine',
        'yesterday',
        'purple rain',
        'billie jean',
        'like a virgin',
        'waterloo',
        'hotel california',
      ],
      artist: ['prince', 'elvis presley', 'pink floyd', 'bob dylan', 'the eagles', 'led zeppelin', 'adele'],
      number: ['thirteen', 'fourteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'sixty', 'ninety'],
      day: [
        'on wednesday',
        'on thursday',
        'on saturday',
        'next week',
        'next month',
        'this evening',
        'this morning',
      ],
      food: words('cheese chicken rice apples potatoes tomatoes butter eggs fish chocolate onions garlic'),
      place: ['library', 'stadium', 'post office', 'university', 'harbour', 'cathedral', 'beach', 'old town'],
      vehicle: ['bus', 'limousine', 'ferry'],
      device: ['fan', 'oven', 'alarm', 'computer', 'speakers', 'washing machine'],
      room: ['bathroom', 'living room', 'garage', 'basement', 'office'],
      phrase: [
        'good morning',
        'thank you',
        'excuse me',
        'how much is this',
        'see you later',
        'happy birthday',
      ],
      language: words('french german spanish italian japanese russian swedish turkish portuguese greek'),
      country: words(
        'france germany spain italy japan russia sweden turkey brazil canada mexico india egypt norway kenya',
      ),
      operation: ['plus', 'minus', 'times', 'divided by'],
      quality: ['cheap', 'good', 'open', 'quiet', 'expensive', 'famous'],
      shop: [
        'restaurant',
        'bakery',
        'pharmacy',
        'bookshop',
        'supermarket',
        'bank',
        'gas station',
        'cinema',
        'bar',
      ],
      ordinal: words(
        'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth',
      ),
      month: words('january february march april may june july august september october november december'),
      team: [
        'liverpool',
        'arsenal',
        'chelsea',
        'barcelona',
        'real madrid',
        'the lakers',
        'the yankees',
        'the bears',
      ],
      topic: words('sports business science political music weather technology'),
      event: ['a meeting', 'lunch', 'dinner', 'an interview', 'a concert', 'a lesson', 'a party'],
      dish: words('soup salad pancakes curry pasta stew pie lasagna omelette sandwiches'),
      landmark: [
        'the eiffel tower',
        'mount everest',
        'big ben',
        'the statue of liberty',
        'the empire state building',
      ],
      application: words('camera clock email maps photo calculator'),
    },
  },
};

function grammarOf(size: GrammarSize): Grammar {
  const rank = GRAMMAR_SIZES.indexOf(size);
  if (rank < 0) {
    throw new InputError(
      `The query grammar has no size "${size}", expected one of ${GRAMMAR_SIZES.join(', ')}.`,
    );
  }
  const layers = GRAMMAR_SIZES.slice(0, rank + 1).map((name) => LAYERS[name]);
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

function words(text: string): readonly string[] {
  return text.split(' ');
}
