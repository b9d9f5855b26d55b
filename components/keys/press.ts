import type {Key} from 'ink';
import {graphemes} from '../display-width.ts';

/** One key. `key` is its name in bindings (`j`, `D`, `enter`, `ctrl+d`); `text` is what it types, '' for none. */
export type Press = {key: string; text: string};

const named: readonly [keyof Key, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/**
 * The keys in one call of `useInput`. A slow link puts several into one packet, which Ink hands over as one text: `jjj`,
 * or `x` and Enter as `x\r`, with nothing said of Enter.
 */
export const pressesOf = (input: string, key: Key): Press[] => {
  const found = named.find(([flag]) => key[flag] === true);
  if (found !== undefined) return [{key: found[1], text: ''}];
  if (key.ctrl && /^[a-z]$/.test(input)) return [{key: `ctrl+${input}`, text: ''}];
  const typed = split(input);
  // Esc and a letter in one packet look like Alt with that letter; nothing here is bound to Alt.
  return key.meta ? [{key: 'esc', text: ''}, ...typed] : typed;
};

/** Splits text as it came from the terminal into keys. */
export const split = (input: string): Press[] =>
  graphemes(input.replaceAll('\r\n', '\r')).flatMap(grapheme => {
    if (grapheme === '\r' || grapheme === '\n') return [{key: 'enter', text: ''}];
    if (grapheme === '\t') return [{key: 'tab', text: ''}];
    if (grapheme === '\u001b') return [{key: 'esc', text: ''}];
    if (grapheme === '\u007f' || grapheme === '\b') return [{key: 'backspace', text: ''}];
    if (grapheme === ' ') return [{key: 'space', text: ' '}];
    const code = grapheme.codePointAt(0) ?? 0;
    if (code < 32) {
      return code > 0 && code < 27 ? [{key: `ctrl+${String.fromCodePoint(code + 96)}`, text: ''}] : [];
    }
    return [{key: grapheme, text: grapheme}];
  });
