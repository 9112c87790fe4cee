import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../../src/errors.ts';
import { joesClips } from '../../../../../src/tasks/speech/corpora/queen/clips.ts';
import { joesCutscene } from '../../../../../src/tasks/speech/corpora/queen/cutscene.ts';
import { joesDescriptions } from '../../../../../src/tasks/speech/corpora/queen/descriptions.ts';
import { joesDialogue } from '../../../../../src/tasks/speech/corpora/queen/dialogue.ts';
import { clipsOf } from '../../../../../src/tasks/speech/corpora/queen/line.ts';
import { checkDamaged } from './damage.ts';
import { bank, cutscene, dialogue } from './gameFiles.ts';

/** A text as its clips see it: stretches of it, each before a stage direction. */
const text = fc
  .array(fc.tuple(fc.stringMatching(/^[A-Za-z.,' ]{0,12}$/), fc.constantFrom('*03', '*15', '*FL', '*WT')), {
    maxLength: 4,
  })
  .map((parts) => parts.flat().join(''));

describe('clipsOf', () => {
  test('numbers the stretches between stage directions, those without words too', () => {
    const said = '*19*18Hello... *17"I\'m Joe King", pilot.*03';
    expect(clipsOf({ clips: '110000J', text: said })).toEqual([
      { name: '110000J3', text: 'Hello...' },
      { name: '110000J4', text: '"I\'m Joe King", pilot.' },
    ]);
    expect(clipsOf({ clips: 'X', text: `${'*02'.repeat(10)}Last` })).toEqual([{ name: 'XB', text: 'Last' }]);
    expect(clipsOf({ clips: 'X', text: '*' })).toEqual([{ name: 'X1', text: '*' }]);
    expect(clipsOf({ clips: 'X', text: '' })).toEqual([]);
  });
});

describe('joesDialogue', () => {
  test('reads Joe’s lines, his opening and his farewell', () => {
    const bytes = dialogue(
      6,
      -3,
      { 0: 'Excuse me.*03', 30: 'Who are you?*02Well?', 838: '*FLYeah!' },
      'Bye.*02',
    );
    expect(joesDialogue(bytes, 'A.DOG')).toEqual([
      { clips: '06SSSSJ', text: 'Excuse me.*03' },
      { clips: '06001EJ', text: 'Who are you?*02Well?' },
      { clips: '060346J', text: '*FLYeah!' },
      { clips: '06XXXXJ', text: 'Bye.*02' },
    ]);
  });

  test('reads every dialogue', () => {
    const lines = fc.dictionary(fc.nat(0xffff).map(String), text, { noNullPrototype: true });
    fc.assert(
      fc.property(
        fc.nat(99),
        fc.integer({ min: -9, max: 9 }),
        lines,
        text,
        (number, levels, said, ending) => {
          const read = joesDialogue(dialogue(number, levels, said, ending), 'A.DOG');
          expect(read.map((line) => line.text)).toEqual([...Object.values(said), ending]);
        },
      ),
    );
  });

  test('refuses what is malformed', () => {
    const fine = dialogue(6, 1, { 1: 'One.', 2: 'Two.' }, 'Bye.');
    const more = fine.slice();
    more[20 + 7] = 3;
    expect(() => joesDialogue(more, 'A.DOG')).toThrow(InputError);
    expect(() => joesDialogue(more, 'A.DOG')).toThrow(
      /^A\.DOG: at byte \d+ Joe's 3 lines end, expected at byte 152 of the bank, where the other person's begin/,
    );
    checkDamaged(fine, (bytes) => joesDialogue(bytes, 'A.DOG'));
  });
});

describe('a bank', () => {
  test.each<[string, Uint8Array, RegExp]>([
    [
      'of another kind',
      Uint8Array.from(bank([0, 0]), (x, i) => (i === 2 ? 0x53 : x)),
      /^A\.DOG: at byte 0 stands "AmSk", expected "AmBk"/,
    ],
    [
      'cut in its header',
      bank([0, 0]).subarray(0, 19),
      /at byte 0 the bank ends after 19 bytes, expected 20/,
    ],
    ['cut in its content', bank([0, 0]).subarray(0, 21), /at byte 8 10 bytes are said to follow, but 9 do/],
    ['too short', bank([0, 0]), /at byte 22 2 bytes are missing: the file ends after 22/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => joesDialogue(bytes, 'A.DOG')).toThrow(InputError);
    expect(() => joesDialogue(bytes, 'A.DOG')).toThrow(message);
  });
});

describe('joesCutscene', () => {
  test('reads what Joe says, and numbers what others do', () => {
    const bytes = cutscene([
      { actor: 0, text: '*FRLook!*03Up there.' },
      { actor: 14, text: 'Where?', people: [-1, 14] },
      { actor: 14, text: '*', frames: 2 },
      { actor: -2, text: 'Later...' },
      { actor: 0, text: '', frames: 0 },
      { actor: 0, text: 'There!' },
    ]);
    expect(joesCutscene(bytes, 'C2A.CUT')).toEqual([
      { clips: 'C2A__01', text: '*FRLook!*03Up there.' },
      { clips: 'C2A__05', text: '' },
      { clips: 'C2A__06', text: 'There!' },
    ]);
    expect(joesCutscene(bytes, 'C100A.CUT')[0]!.clips).toBe('C100A01');
  });

  test('reads every cutscene', () => {
    const action = fc.record(
      { actor: fc.integer({ min: -4, max: 20 }), text, people: fc.array(fc.nat(9)), frames: fc.nat(3) },
      { requiredKeys: ['actor', 'text'] },
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        // What is spoken or displayed only has no animation.
        const possible = actions.map(({ frames, ...rest }) => (rest.actor < -1 ? rest : { ...rest, frames }));
        expect(joesCutscene(cutscene(possible), 'A.CUT').map((line) => line.text)).toEqual(
          actions.filter(({ actor }) => actor === 0).map((said) => said.text),
        );
      }),
    );
  });

  test('refuses what is malformed', () => {
    const fine = cutscene([
      { actor: 0, text: 'Look!', frames: 1 },
      { actor: 3, text: 'Oh.' },
    ]);
    const fewer = fine.slice();
    fewer[20 + 3] = 0xff;
    expect(() => joesCutscene(fewer, 'A.CUT')).toThrow(InputError);
    expect(() => joesCutscene(fewer, 'A.CUT')).toThrow(
      /^A\.CUT: at byte \d+ the 1 actions end, expected 2 or 4 bytes before byte \d+ of the bank/,
    );
    const moved = fine.slice();
    moved[20 + 11]! += 2;
    expect(() => joesCutscene(moved, 'A.CUT')).toThrow(/the texts end, expected at byte \d+ of the bank/);
    checkDamaged(fine, (bytes) => joesCutscene(bytes, 'A.CUT'));
  });
});

describe('joesDescriptions', () => {
  const list = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

  test('counts descriptions from 41 on, and answers from 1 on', () => {
    const lines = joesDescriptions(
      list('Neat*02', 'Déjà vu', 'walk to', 'on', 'to', 'No way!', 'Never'),
      'Q.JAS',
    );
    expect(lines).toContainEqual({ clips: 'JOE0041', text: 'Neat*02' });
    expect(lines).toContainEqual({ clips: 'JOE0042', text: 'Déjà vu' });
    expect(lines).toContainEqual({ clips: 'JOE0001', text: 'No way!' });
    expect(lines).toContainEqual({ clips: 'JOE0002', text: 'Never' });
  });

  test('no two lines have the same clips', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constant('a'), { maxLength: 90 }),
        fc.array(fc.constant('b'), { maxLength: 90 }),
        (a, b) => {
          const lines = joesDescriptions(list(...a, 'walk to', 'on', 'to', ...b), 'Q.JAS');
          expect(new Set(lines.map(({ clips }) => clips)).size).toBe(lines.length);
        },
      ),
    );
  });

  test.each([
    ['without verbs', ['Neat'], 0],
    ['with verbs twice', ['walk to', 'on', 'to', 'x', 'walk to', 'on', 'to'], 2],
  ])('refuses a list %s', (_, lines, times) => {
    expect(() => joesDescriptions(list(...lines), 'Q.JAS')).toThrow(InputError);
    expect(() => joesDescriptions(list(...lines), 'Q.JAS')).toThrow(
      `Q.JAS: the lines "walk to", "on", "to" stand there ${times} times, expected once.`,
    );
  });
});

describe('joesClips', () => {
  const texts = Buffer.from('Neat*02Really\r\nwalk to\r\non\r\nto\r\nNo way!', 'latin1');
  const none = new Uint8Array();

  test('are those with both a text and a recording, once each', () => {
    const files = new Map<string, Uint8Array>([
      ['A.DOG', dialogue(6, 1, { 1: 'One.*02And', 2: 'Two.', 3: 'Lost.' }, 'Bye.')],
      ['B.DOG', dialogue(6, 1, { 1: 'One.', 2: 'Two, but other.' }, 'Bye.')],
      [
        'C1.CUT',
        cutscene([
          { actor: 0, text: 'Hey' },
          { actor: 5, text: 'Ho' },
        ]),
      ],
      ['QUEEN2.JAS', texts],
      ...[
        'JOE00412',
        'JOE00011',
        '060001J1',
        '060001J2',
        '060002J1',
        '060001P1',
        'C1___011',
        'C1___021',
        '96SSSSSS',
      ].map((clip): [string, Uint8Array] => [`${clip}.SB`, none]),
    ]);
    expect(joesClips(files)).toEqual({
      clips: [
        { name: '060001J1', text: 'One.' },
        { name: '060001J2', text: 'And' },
        { name: 'C1___011', text: 'Hey' },
        { name: 'JOE00011', text: 'No way!' },
        { name: 'JOE00412', text: 'Really' },
      ],
      disputed: ['060002J1'],
    });
  });

  test('need the list of texts', () => {
    expect(() => joesClips(new Map([['A.SB', none]]))).toThrow(
      'The archive of the game has no file QUEEN2.JAS.',
    );
  });
});
