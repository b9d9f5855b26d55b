import {describe, expect, test} from 'vitest';
import {linesOf, numberOf, sections, wordOf} from '../../src/model/answer.ts';

const read = (text: string): ReadonlyMap<string, string[]> =>
  sections('facts', new TextEncoder().encode(text));
const badAnswer = (what: string): Error =>
  expect.objectContaining({
    code: 'host.bad-answer',
    message: expect.stringContaining(what) as string,
  }) as Error;

describe('the answer to a probe', () => {
  const found = read(
    'noise of a login shell\n@@ os\nDebian\n\n  12 \n@@ clock\n 17 \n@@ empty\n@@ end\nmore noise\n',
  );

  test('is taken apart at its marks; what comes before the first is not taken', () => {
    expect(linesOf('facts', found, 'os')).toEqual(['Debian', '  12 ']);
    expect(wordOf('facts', found, 'os')).toBe('Debian');
    expect(wordOf('facts', found, 'empty')).toBe('');
    expect(numberOf('facts', found, 'clock')).toBe(17);
  });

  test('that was cut short is not believed', () => {
    expect(() => read('@@ os\nDebian\n')).toThrow(badAnswer('cut short'));
    expect(() => read('')).toThrow(badAnswer('facts'));
  });

  test('without a part that is needed is not believed', () => {
    expect(() => linesOf('facts', found, 'kernel')).toThrow(badAnswer('"kernel"'));
  });

  test.each(['', 'twelve', 'Infinity', '1 2'])('with %j for a number is not believed', word => {
    const answer = read(`@@ clock\n${word}\n@@ end\n`);
    expect(() => numberOf('facts', answer, 'clock')).toThrow(badAnswer('not a number'));
  });

  test('may have bytes that are no text', () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('@@ os\n'),
      0xff,
      0x0a,
      ...new TextEncoder().encode('@@ end\n'),
    ]);
    expect(linesOf('facts', sections('facts', bytes), 'os')).toEqual(['\ufffd']);
  });
});
