import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSyntaxError, parseStrictJson } from '../../src/io/strictJson.ts';

test('every JSON value comes back, whatever the white space', () => {
  const value = fc.jsonValue({ maxDepth: 8 }).filter((v) => !JSON.stringify(v).includes('"__proto__"'));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, 2, '\t'), (value, space) => {
      expect(parseStrictJson(JSON.stringify(value, null, space))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('accepts no text that JSON.parse refuses, and gives the same value for the others', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]",:01.eE+-\\utrfalsn "'), maxLength: 12 });
  fc.assert(
    fc.property(text, (text) => {
      let value: unknown;
      try {
        value = parseStrictJson(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonSyntaxError);
        return;
      }
      expect(value).toEqual(JSON.parse(text));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['{"a":1,"a":2}', 7, '"a" occurs twice'],
  ['{"a":1,"\\u0061":2}', 7, '"a" occurs twice'],
  ['{"__proto__":1}', 1, '"__proto__" is not allowed'],
  ['["\\ud800"]', 1, 'half a surrogate pair'],
  ['"\\ud83d\\ude00" x', 15, 'after the end'],
  ['[1,]', 3, 'a value is expected'],
  ['[1', 2, 'a comma or ] is expected'],
  ['{"a" 1}', 5, 'a colon is expected'],
  ['{a:1}', 1, 'a key in double quotes'],
  ['"abc', 0, 'no closing quote'],
  ['"a\nb"', 0, 'control character'],
  ['01', 1, 'after the end'],
  ['', 0, 'the text ends early'],
  ['nul', 0, 'a value is expected'],
  ['['.repeat(100_000), 65, 'deeper than 64'],
])('%j is refused at its place', (text, position, message) => {
  let caught: unknown;
  try {
    parseStrictJson(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(JsonSyntaxError);
  expect((caught as JsonSyntaxError).position).toBe(position);
  expect((caught as JsonSyntaxError).message).toContain(message);
});
