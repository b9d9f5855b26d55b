const quoteMark = 0x22;
const backslash = 0x5c;

/**
 * Watches JSON that comes in pieces: throws as soon as it is nested deeper than `maxDepth`. Brackets in strings do not count.
 * Run before the parser sees the piece.
 */
export const createDepthGuard = (maxDepth: number): ((chunk: Uint8Array) => void) => {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return chunk => {
    for (const byte of chunk) {
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quoteMark) inString = false;
      } else if (byte === quoteMark) inString = true;
      else if (byte === 0x5b || byte === 0x7b) {
        depth++;
        if (depth > maxDepth) throw new Error(`it is nested deeper than ${maxDepth}`);
      } else if (byte === 0x5d || byte === 0x7d) depth--;
    }
  };
};
