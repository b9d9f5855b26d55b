import {PatchdeckError} from './error.ts';

export type JsonLimits = {maxBytes: number; maxDepth: number};

/**
 * JSON from outside. Size and depth are looked at before anything is parsed: `JSON.parse` takes arrays nested 200,000 deep.
 * Throws PatchdeckError `json.too-large`, `json.too-deep` or `json.invalid`, which say where; the text itself is never quoted.
 */
export const jsonWithin = (bytes: Uint8Array, {maxBytes, maxDepth}: JsonLimits): unknown => {
  if (bytes.length > maxBytes) {
    throw badJson('too-large', `it has ${bytes.length} bytes, and ${maxBytes} are allowed`);
  }
  const tooDeep = deeperThan(bytes, maxDepth);
  if (tooDeep !== undefined) {
    throw badJson('too-deep', `it is nested deeper than ${maxDepth} at ${place(bytes, tooDeep)}`);
  }
  const text = decodeStrictly(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = errorOffset(error, text);
    const where = offset === undefined ? '' : ` at ${placeInText(text, offset)}`;
    throw badJson('invalid', `it is not JSON${where}`);
  }
};

const quoteMark = 0x22;
const backslash = 0x5c;

/** Offset of the bracket that is one too many, or undefined. Brackets in strings do not count. */
const deeperThan = (bytes: Uint8Array, maxDepth: number): number | undefined => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quoteMark) inString = false;
    } else if (byte === quoteMark) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth++;
      if (depth > maxDepth) return at;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return undefined;
};

const decodeStrictly = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    throw badJson('invalid', 'it is not UTF-8 text');
  }
};

/** V8 names the position in most of its messages. */
const errorOffset = (error: unknown, text: string): number | undefined => {
  if (!(error instanceof SyntaxError)) return undefined;
  const position = /\bat position (\d+)/.exec(error.message)?.[1];
  if (position !== undefined) return Number(position);
  return error.message.includes('end of JSON input') ? text.length : undefined;
};

const place = (bytes: Uint8Array, offset: number): string =>
  placeInText(new TextDecoder().decode(bytes.subarray(0, offset)), Infinity);

const placeInText = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
};

const badJson = (code: 'too-large' | 'too-deep' | 'invalid', what: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    `json.${code}`,
    `the JSON cannot be read: ${what}; nothing was taken from it`,
    'look at where it comes from',
  );
