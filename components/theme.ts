/** What a piece of text means; the theme says how that looks. */
export type Tone = 'good' | 'bad' | 'warn' | 'active' | 'quiet' | 'accent';

/** How a piece of text is drawn. Colours are names of the 16 of ANSI. */
export type Look = {color?: string; bold?: boolean; dimColor?: boolean};

export type Glyphs = {
  ok: string;
  bad: string;
  warn: string;
  active: string;
  idle: string;
  full: string;
  empty: string;
  rule: string;
  next: string;
  more: string;
  dot: string;
  down: string;
  up: string;
};

export type Theme = {
  looks: Readonly<Record<Tone, Look>>;
  glyphs: Glyphs;
  /** Linear text, without borders, bars and padding. */
  screenReader: boolean;
};

/**
 * Status is glyph, word and colour. Cyan against yellow, never green against red; without colour, bold and the glyphs are
 * what is left.
 */
export const makeTheme = (options: {colour: boolean; ascii: boolean; screenReader: boolean}): Theme => ({
  looks: options.colour ? colours : plain,
  glyphs: options.ascii ? asciiGlyphs : unicodeGlyphs,
  screenReader: options.screenReader,
});

const colours: Theme['looks'] = {
  good: {color: 'cyan'},
  bad: {color: 'yellow', bold: true},
  warn: {color: 'yellow'},
  active: {color: 'blueBright', bold: true},
  quiet: {dimColor: true},
  accent: {color: 'cyan', bold: true},
};

const plain: Theme['looks'] = {
  good: {},
  bad: {bold: true},
  warn: {bold: true},
  active: {bold: true},
  quiet: {},
  accent: {bold: true},
};

// Width 1 each (ok: 2), and plain enough for the fonts of a Linux console.
const unicodeGlyphs: Glyphs = {
  ok: 'ok',
  bad: 'x',
  warn: '!',
  active: '~',
  idle: '·',
  full: '█',
  empty: '░',
  rule: '─',
  next: '›',
  more: '…',
  dot: '·',
  down: '▾',
  up: '▴',
};

const asciiGlyphs: Glyphs = {
  ok: 'ok',
  bad: 'x',
  warn: '!',
  active: '~',
  idle: '.',
  full: '#',
  empty: '-',
  rule: '-',
  next: '>',
  more: '~',
  dot: '.',
  down: 'v',
  up: '^',
};
