const printable = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

// Unicode 16 East Asian Width W and F, and what terminals draw as pictures: two columns each.
const wide =
  /^[\u1100-\u115f\u231a\u231b\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const picture = /\ufe0f/;
const noWidth = /^[\p{M}\u200b-\u200f\ufeff]/u;

/** Graphemes of a text, in order. */
export const graphemes = (text: string): string[] =>
  printable.test(text) ? text.split('') : Array.from(segmenter.segment(text), part => part.segment);

/** Columns that a text takes on a terminal. */
export const displayWidth = (text: string): number =>
  printable.test(text) ? text.length : graphemes(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);

/** Cuts a text to a width in columns; what was cut is marked with `more` (one column). */
export const cut = (text: string, width: number, more: string): string => {
  if (width <= 0) return '';
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    const next = widthOf(grapheme);
    if (used + next > width - 1) break;
    kept += grapheme;
    used += next;
  }
  return kept + more;
};

/** Exactly `width` columns: cut or filled with spaces. */
export const pad = (text: string, width: number, align: 'left' | 'right', more: string): string => {
  const short = cut(text, width, more);
  const space = ' '.repeat(Math.max(0, width - displayWidth(short)));
  return align === 'left' ? short + space : space + short;
};

const widthOf = (grapheme: string): number => {
  if (noWidth.test(grapheme)) return 0;
  return wide.test(grapheme) || picture.test(grapheme) ? 2 : 1;
};
