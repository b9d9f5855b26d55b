import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {jsonWithin} from '../../src/model/json.ts';

const limits = {maxBytes: 1000, maxDepth: 4};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const refusal = (code: string, where: string): Error =>
  expect.objectContaining({code, message: expect.stringContaining(where) as string}) as Error;

describe('JSON from outside', () => {
  test('is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({maxDepth: 3}), value => {
        const text = JSON.stringify(value);
        expect(jsonWithin(bytes(text), {maxBytes: 1_000_000, maxDepth: 10})).toEqual(JSON.parse(text));
      }),
    );
  });

  test('may be as deep and as large as allowed', () => {
    expect(jsonWithin(bytes('[[[[]]]]'), limits)).toEqual([[[[]]]]);
    expect(jsonWithin(bytes(`"${'x'.repeat(998)}"`), limits)).toHaveLength(998);
  });

  test('that is larger is refused', () => {
    expect(() => jsonWithin(bytes(`"${'x'.repeat(999)}"`), limits)).toThrow(
      refusal('json.too-large', '1001 bytes, and 1000 are allowed'),
    );
  });

  test('that is nested deeper is refused before it is parsed, and the place is named', () => {
    expect(() => jsonWithin(bytes('{"a":\n [[[\n  ["x"]]]]}'), limits)).toThrow(
      refusal('json.too-deep', 'nested deeper than 4 at line 3, column 3'),
    );
    const deep = bytes('['.repeat(200_000));
    expect(() => jsonWithin(deep, {maxBytes: 1_000_000, maxDepth: 4})).toThrow(
      refusal('json.too-deep', 'line 1, column 5'),
    );
  });

  test('is not deeper for the brackets in its strings', () => {
    expect(jsonWithin(bytes('["[[[[[[", "\\"[[[[[["]'), limits)).toEqual(['[[[[[[', '"[[[[[[']);
  });

  test.each([
    ['{"a": 1,}', 'line 1, column 9'],
    ['{\n  "a" 1}', 'line 2, column 7'],
    ['[1, 2', 'line 1, column 6'],
    ['', 'line 1, column 1'],
  ])('that is wrong is refused with its place: %j', (text, where) => {
    expect(() => jsonWithin(bytes(text), limits)).toThrow(refusal('json.invalid', where));
  });

  test('that is not UTF-8 is refused', () => {
    expect(() => jsonWithin(new Uint8Array([0x22, 0xff, 0x22]), limits)).toThrow(
      refusal('json.invalid', 'UTF-8'),
    );
  });

  test('is never quoted in an error: it may hold secrets and escape sequences', () => {
    try {
      jsonWithin(bytes('hunter2\u001b]52;c;AAAA\u0007'), limits);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toMatch(/hunter2|\u001b/);
    }
  });
});
