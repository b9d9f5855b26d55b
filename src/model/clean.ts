/** Longest line kept from anything a host says; the rest is cut and marked. */
const maxLineLength = 2000;

// ESC-led sequences go as a whole, so that nothing of an OSC 52 payload or a CSI argument stays behind as text.
const escapeSequences =
  /\u001b(?:\][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|[PX^_][^\u001b\u009c]*(?:\u001b\\|\u009c)?|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~]?)/g;
const c1Sequences = /\u009b[0-?]*[ -/]*[@-~]?|\u009d[^\u0007\u009c\u001b]*(?:\u0007|\u009c|\u001b\\)?/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Bidirectional controls, zero-width characters, line and paragraph separators, the byte order mark and tags.
const invisible = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * Makes text of a host, feed or file safe to draw and to log: no control characters but newline and tab, no terminal
 * sequences, nothing bidirectional or zero-width, long lines cut. Raw bytes stay in files only.
 */
export const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(escapeSequences, '')
    .replace(c1Sequences, '')
    .replace(controls, '')
    .replace(invisible, '')
    .split('\n')
    .map(line => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}...` : line))
    .join('\n');

/** The same on one line, cut to `max` characters. */
export const cleanLine = (text: string, max = 200): string => {
  const line = clean(text).replace(/\s+/g, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 3)}...` : line;
};

/** Bytes of a host as text; invalid UTF-8 becomes U+FFFD. Not cleaned: for parsers, which validate. */
export const decode = (raw: Uint8Array): string => new TextDecoder().decode(raw);
