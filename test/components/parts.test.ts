import fc from 'fast-check';
import {expect, test} from 'vitest';
import {cut, displayWidth, pad} from '../../components/display-width.ts';
import {split} from '../../components/keys/press.ts';
import {fitColumns, shareRows} from '../../components/layout.ts';
import {ageOf, elapsed} from '../../components/moments.ts';
import {cutLine, lineText, lineWidth, spread, wrap, wrapLine} from '../../components/span.ts';
import {windowTop} from '../../components/table/windowing.ts';
import {terminalRefusal} from '../../components/terminal-refusal.ts';

test('no terminal, no keyboard or TERM=dumb: the console says what it needs', () => {
  const tty = {isTTY: true};
  expect(terminalRefusal(tty, tty, {TERM: 'xterm'})).toBeUndefined();
  expect(terminalRefusal(tty, {}, {TERM: 'xterm'})).toContain('a file or a pipe');
  expect(terminalRefusal({}, tty, {TERM: 'xterm'})).toContain('keyboard');
  expect(terminalRefusal(tty, tty, {TERM: 'dumb'})).toContain('TERM=dumb');
});

test('a packet is split into its keys, whatever is in it', () => {
  expect(split('x\r').map(press => press.key)).toEqual(['x', 'enter']);
  expect(split('a\r\n \t\u0003').map(press => press.key)).toEqual(['a', 'enter', 'space', 'tab', 'ctrl+c']);
  expect(split('👩‍🚒é').map(press => press.text)).toEqual(['👩‍🚒', 'é']);
});

test('cut and padded text is never wider than its column', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 1, max: 40}), (text, width) => {
      const visible = text.replace(/[\p{C}\p{Z}]/gu, ' ');
      expect(displayWidth(cut(visible, width, '~'))).toBeLessThanOrEqual(width);
      expect(displayWidth(pad(visible, width, 'left', '~'))).toBe(width);
    }),
  );
});

test('wide characters take two columns', () => {
  expect(displayWidth('日本')).toBe(4);
  expect(cut('日本語', 4, '~')).toBe('日~');
  expect(pad('日', 4, 'right', '~')).toBe('  日');
});

test('columns never take more than there is, and the important ones stay', () => {
  const columns = [
    {id: 'a', min: 8, max: 20, priority: 0},
    {id: 'b', min: 10, max: 10, priority: 2},
    {id: 'c', min: 6, max: 30, grow: true, priority: 1},
  ];
  fc.assert(
    fc.property(fc.integer({min: 1, max: 300}), width => {
      const fitted = fitColumns(columns, width);
      const sum = [...fitted.values()].reduce((a, b) => a + b, 0) + (fitted.size - 1) * 2;
      expect(sum).toBeLessThanOrEqual(width);
      expect(fitted.has('a')).toBe(true);
      if (fitted.has('b')) expect(fitted.has('c')).toBe(true);
    }),
  );
});

test('the rows of a frame are never more than the terminal has', () => {
  fc.assert(
    fc.property(fc.integer({min: 15, max: 100}), fc.integer({min: 1, max: 3}), (rows, message) => {
      const frame = shareRows(rows, {fixed: 6, strip: 5, message});
      expect(frame.body + frame.strip + frame.message + 6).toBe(rows);
      expect(frame.body).toBeGreaterThanOrEqual(3);
    }),
  );
});

test('the cursor is always in the window', () => {
  fc.assert(
    fc.property(
      fc.nat(200),
      fc.integer({min: 1, max: 50}),
      fc.integer({min: 1, max: 200}),
      fc.nat(199),
      (top, height, total, wanted) => {
        const at = Math.min(wanted, total - 1);
        const first = windowTop(top, at, height, total);
        expect(first).toBeLessThanOrEqual(at);
        expect(first + height).toBeGreaterThan(at);
        expect(first).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('a sentence is wrapped at its spaces and cut with a mark', () => {
  expect(wrap('one two three', 7, 3, '~')).toEqual(['one two', 'three']);
  const cutOff = wrap('one two three four five', 7, 2, '~');
  expect(cutOff).toHaveLength(2);
  expect(cutOff[1]).toMatch(/~$/);
  expect(Math.max(...cutOff.map(displayWidth))).toBeLessThanOrEqual(7);
});

test('a line keeps what stands at its right edge', () => {
  const line = spread([{text: 'a long text at the left'}], [{text: 'right'}], 16, '~');
  expect(lineWidth(line)).toBe(16);
  expect(line.at(-1)?.text).toBe('right');
  expect(lineWidth(cutLine([{text: 'abc'}, {text: 'def'}], 3, '~'))).toBe(3);
});

test('ages and durations read as people say them', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  expect(ageOf('2026-01-01T23:59:20Z', now)).toBe('40 s');
  expect(ageOf('2026-01-01T23:00:00Z', now)).toBe('1 h');
  expect(ageOf('nonsense', now)).toBe('?');
  expect(elapsed(72_000)).toBe('1:12');
  expect(elapsed(3_723_000)).toBe('1:02:03');
});

test('a wrapped line of a page loses no word and is never too wide', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({unit: fc.constantFrom('a', 'b', ' '), maxLength: 12}), {maxLength: 20}),
      fc.integer({min: 30, max: 80}),
      (words, width) => {
        const parts = words.map(text => ({text}));
        const lines = wrapLine(parts, width, 4);
        const wordsOf = (text: string): string => text.split(/\s+/).join('');
        expect(wordsOf(lines.map(lineText).join(' '))).toBe(wordsOf(words.join('')));
        for (const line of lines) expect(lineText(line).trimEnd().length).toBeLessThanOrEqual(width);
      },
    ),
  );
});
