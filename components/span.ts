import {cut, displayWidth} from './display-width.ts';
import type {Tone} from './theme.ts';

/** A piece of a line with one look. */
export type Span = {text: string; tone?: Tone; bold?: boolean};
/** One row of the terminal. Never holds a newline. */
export type Line = readonly Span[];

export const span = (text: string, tone?: Tone): Span => (tone === undefined ? {text} : {text, tone});
export const strong = (text: string): Span => ({text, bold: true});
export const line = (...parts: readonly (Span | string)[]): Line =>
  parts.map(part => (typeof part === 'string' ? {text: part} : part));

export const lineText = (parts: Line): string => parts.map(part => part.text).join('');
export const lineWidth = (parts: Line): number =>
  parts.reduce((sum, part) => sum + displayWidth(part.text), 0);

/** Cuts a line to a width in columns, keeping the looks of what stays. */
export const cutLine = (parts: Line, width: number, more: string): Line => {
  if (lineWidth(parts) <= width) return parts;
  const kept: Span[] = [];
  let left = width;
  for (const part of parts) {
    const wide = displayWidth(part.text);
    if (wide >= left) {
      // One column more than is left marks the cut, also where a piece ends exactly at the edge.
      kept.push({...part, text: cut(`${part.text}  `, left, more)});
      break;
    }
    kept.push(part);
    left -= wide;
  }
  return kept;
};

/** A line with one part at the left edge and one at the right; the left part is cut first. */
export const spread = (left: Line, right: Line, width: number, more: string): Line => {
  const room = Math.max(0, width - lineWidth(right) - 1);
  const start = cutLine(left, room, more);
  return [...start, {text: ' '.repeat(Math.max(1, width - lineWidth(start) - lineWidth(right)))}, ...right];
};

/** Wraps a sentence at its spaces into at most `most` lines; the rest is cut with a mark. */
export const wrap = (text: string, width: number, most: number, more: string): string[] => {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (displayWidth(longer) <= width || current === '') {
      current = longer;
      continue;
    }
    lines.push(current);
    current = word;
  }
  lines.push(current);
  if (lines.length <= most) return lines.map(item => cut(item, width, more));
  const shown = lines.slice(0, most).map(item => cut(item, width, more));
  const last = shown.length - 1;
  shown[last] = cut(`${shown[last] ?? ''} ${' '.repeat(width)}`, width, more);
  return shown.map(item => item.trimEnd());
};

/** Wraps a line at its spaces, keeping the looks; what goes on below is indented by `indent` columns. */
export const wrapLine = (parts: Line, width: number, indent: number): Line[] => {
  if (lineWidth(parts) <= width) return [parts];
  const words = parts.flatMap(part => part.text.split(/(?<= )(?! )/).map(text => ({...part, text})));
  const lines: Span[][] = [[]];
  let used = 0;
  for (const word of words) {
    const wide = displayWidth(word.text.trimEnd());
    if (used + wide > width && used > indent) {
      lines.push([{text: ' '.repeat(indent)}]);
      used = indent;
    }
    lines.at(-1)?.push(used + displayWidth(word.text) > width ? {...word, text: word.text.trimEnd()} : word);
    used += displayWidth(word.text);
  }
  return lines;
};
