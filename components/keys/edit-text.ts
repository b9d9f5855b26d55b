import {clean} from '../../src/model/clean.ts';
import {graphemes} from '../display-width.ts';
import type {Press} from './press.ts';

/** A line of input after one key, or undefined when the key does not edit. */
export const editText = (text: string, press: Press, most: number): string | undefined => {
  if (press.key === 'backspace' || press.key === 'delete' || press.key === 'ctrl+h') {
    return graphemes(text).slice(0, -1).join('');
  }
  if (press.key === 'ctrl+u') return '';
  if (press.key === 'ctrl+w') return text.replace(/\S+\s*$/, '');
  return press.text === '' ? undefined : addText(text, press.text, most);
};

/** Adds what was typed or pasted: one line, nothing invisible, `most` characters. */
export const addText = (text: string, more: string, most: number): string =>
  (text + clean(more).replace(/[\n\t]+/g, ' ')).slice(0, most);
