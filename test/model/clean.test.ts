import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {clean, cleanLine, decode} from '../../src/model/clean.ts';

const esc = '\u001b';

describe('text of a host', () => {
  test.each<[string, string, string]>([
    ['colours', `${esc}[1;31mred${esc}[0m`, 'red'],
    ['cursor movements', `a${esc}[2J${esc}[10;20Hb`, 'ab'],
    ['a clipboard write (OSC 52), ended by BEL', `a${esc}]52;c;cm0gLXJmIC8=\u0007b`, 'ab'],
    ['a clipboard write, ended by ST', `a${esc}]52;c;cm0gLXJmIC8=${esc}\\b`, 'ab'],
    ['a clipboard write that never ends', `a${esc}]52;c;cm0gLXJmIC8=`, 'a'],
    ['a window title', `${esc}]0;pwned\u0007ok`, 'ok'],
    ['a link', `${esc}]8;;http://evil${esc}\\click${esc}]8;;${esc}\\`, 'click'],
    ['a device control string', `a${esc}P$q"p${esc}\\b`, 'ab'],
    ['an application command', `a${esc}_Gpayload${esc}\\b`, 'ab'],
    ['a character set', `${esc}(0lqk${esc}(B`, 'lqk'],
    ['a reset', `${esc}ca`, 'a'],
    ['an eight-bit CSI', 'a\u009b31mb', 'ab'],
    ['an eight-bit OSC', 'a\u009d52;c;AAAA\u009cb', 'ab'],
    ['a lone escape', `a${esc}`, 'a'],
    ['bell, backspace, delete and null', 'a\u0007\u0008\u007f\u0000b', 'ab'],
    ['bidirectional overrides', 'user\u202etxt.exe\u202c \u2066x\u2069', 'usertxt.exe x'],
    ['zero-width characters', 'pass\u200bword\u200d\ufeff', 'password'],
    ['invisible tags', 'a\u{e0041}\u{e007f}b', 'ab'],
    ['line separators', 'a\u2028b\u2029c', 'abc'],
  ])('loses %s', (_, raw, shown) => {
    expect(clean(raw)).toBe(shown);
  });

  test('keeps lines, tabs and letters of any language', () => {
    expect(clean('Größe\tπ 中文 🙂\nzweite\n')).toBe('Größe\tπ 中文 🙂\nzweite\n');
  });

  test('has one kind of line end: a carriage return cannot write over what was there', () => {
    expect(clean('10%\r20%\r\ndone')).toBe('10%\n20%\ndone');
  });

  test('has no line longer than 2000 characters and a mark', () => {
    expect(clean(`short\n${'x'.repeat(1_000_000)}\nshort`)).toBe(`short\n${'x'.repeat(2000)}...\nshort`);
  });

  test('is safe whatever it was, and is not changed by being cleaned again', () => {
    const hostile = fc.array(
      fc.oneof(
        fc.string({unit: 'binary'}),
        fc.constantFrom(
          esc,
          `${esc}]`,
          `${esc}[`,
          '\u0007',
          '\u009b',
          '\u009d',
          '\u009c',
          '\\',
          '52;c;',
          '\u202e',
          '\r',
          '\n',
        ),
      ),
    );
    fc.assert(
      fc.property(hostile, parts => {
        const shown = clean(parts.join(''));
        expect(shown).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
        );
        expect(clean(shown)).toBe(shown);
      }),
      {numRuns: 500},
    );
  });

  test('takes no more than a moment, however much of it there is', () => {
    const begun = Date.now();
    clean(`${esc}]`.repeat(500_000));
    clean(`${esc}[`.repeat(500_000));
    clean(`${esc}P`.repeat(500_000));
    expect(Date.now() - begun).toBeLessThan(3000);
  });
});

describe('text on one line', () => {
  test('has its white space folded', () => {
    expect(cleanLine('  dpkg: error\n\tprocessing  package\r\n')).toBe('dpkg: error processing package');
  });
  test('is cut with a mark', () => {
    expect(cleanLine('abcdefghij', 8)).toBe('abcde...');
    expect(cleanLine('abcdefgh', 8)).toBe('abcdefgh');
  });
});

describe('bytes of a host', () => {
  test('are text, with a mark where they are not UTF-8', () => {
    expect(decode(new Uint8Array([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
  });
});
