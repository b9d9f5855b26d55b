import {createHash} from 'node:crypto';
import type {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import {jsonWithin} from '../model/json.ts';
import {envelopeSchema} from '../record/event.ts';
import {foreign} from './store-error.ts';

export type Envelope = z.infer<typeof envelopeSchema>;

/** Longest line that is written or read: events are a few KiB, everything larger is a file by digest. */
const maxLineBytes = 256 * 1024;
const maxDepth = 32;

/** Where a journal stands: the seq of its last line and the sha256 of that line's bytes, without the newline. */
export type Head = {readonly seq: number; readonly hash: string};
export const emptyHead: Head = {seq: 0, hash: '0'.repeat(64)};

/** The form of a journal: its bodies, the newest version of its lines, and how a line of an older version becomes one of today. */
export type JournalFormat<Body> = {
  schema: z.ZodType<Body>;
  version: number;
  upcast?: (line: unknown, from: number) => unknown;
};

/**
 * What a journal's bytes hold. `events` are those that can be believed; `keep` is how many bytes hold whole lines. `torn`: the last
 * line was not finished. `broken`: why nothing after `head` can be believed.
 */
export type Reading<Body> = {
  events: (Envelope & Body)[];
  head: Head;
  keep: number;
  torn: boolean;
  /** The last line is whole and only its newline is missing. */
  unended: boolean;
  broken: string | undefined;
  /** The lines up to `from` are those it was taken at, and are not among `events`. */
  continued: boolean;
};

/**
 * Reads a journal. Lines up to `from` are only checked to be one chain, when the line at its seq is the one it names. Throws
 * `store.newer` for a line of a newer version, and `store.foreign` for bytes that are no journal at all.
 */
export const readLines = <Body extends {type: string}>(
  path: string,
  bytes: Uint8Array,
  format: JournalFormat<Body>,
  from: Head = emptyHead,
): Reading<Body> => {
  requireJournal(path, bytes);
  if (from.seq > 0) {
    const skipped = skipTo(bytes, from);
    if (skipped !== undefined) return {...readFrom(path, bytes, format, skipped, from), continued: true};
  }
  return {...readFrom(path, bytes, format, 0, emptyHead), continued: false};
};

/** The bytes of a line, without its newline. */
export const lineOf = (event: Envelope & {type: string}): Uint8Array => {
  const {v, seq, prevHash, ts, actor, ...body} = event;
  // The order is fixed: the first three are what the chain is checked by.
  const bytes = new TextEncoder().encode(JSON.stringify({v, seq, prevHash, ts, actor, ...body}));
  if (bytes.length > maxLineBytes)
    throw new Error(`an event of type ${event.type} has ${bytes.length} bytes`);
  return bytes;
};

export const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex');

const newline = 0x0a;

const readFrom = <Body extends {type: string}>(
  path: string,
  bytes: Uint8Array,
  format: JournalFormat<Body>,
  start: number,
  head: Head,
): Omit<Reading<Body>, 'continued'> => {
  const events: (Envelope & Body)[] = [];
  const result = (keep: number, found: {torn?: true; unended?: true; broken?: string}) => ({
    events,
    head,
    keep,
    torn: found.torn ?? false,
    unended: found.unended ?? false,
    broken: found.broken,
  });
  let at = start;
  // What is cut is a last line, never a whole journal.
  const tornAt = (offset: number) => {
    if (head.seq === 0) throw foreign(path, 'has not one whole line', putBack);
    return result(offset, {torn: true});
  };
  while (at < bytes.length) {
    const end = bytes.indexOf(newline, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    const isLast = end < 0 || end === bytes.length - 1;
    const parsed = parseLine(path, line, format);
    if (parsed === undefined) {
      return isLast ? tornAt(at) : result(at, {broken: `line ${head.seq + 1} cannot be read`});
    }
    if (parsed.envelope.seq !== head.seq + 1 || parsed.envelope.prevHash !== head.hash) {
      return result(at, {broken: `line ${head.seq + 1} does not follow the one before it`});
    }
    if (parsed.event === undefined) {
      return result(at, {
        broken: `line ${head.seq + 1} says something this version of patchdeck does not know`,
      });
    }
    events.push(parsed.event);
    head = {seq: head.seq + 1, hash: hashOf(line)};
    if (end < 0) return result(bytes.length, {unended: true});
    at = end + 1;
  }
  return result(at, {});
};

type Line<Body> = {envelope: Envelope; event: (Envelope & Body) | undefined};

/** Undefined for bytes that are no line of a journal; `event` is undefined for a line whose body has no known form. */
const parseLine = <Body>(
  path: string,
  line: Uint8Array,
  format: JournalFormat<Body>,
): Line<Body> | undefined => {
  const value = tryJson(line);
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return undefined;
  const {v} = envelope.data;
  if (v > format.version) throw newer(path, v, format.version);
  const body = format.schema.safeParse(
    v < format.version && format.upcast !== undefined ? format.upcast(value, v) : value,
  );
  return {
    envelope: envelope.data,
    event: body.success ? {...envelope.data, ...body.data} : undefined,
  };
};

const tryJson = (line: Uint8Array): unknown => {
  try {
    return jsonWithin(line, {maxBytes: maxLineBytes, maxDepth});
  } catch {
    return undefined;
  }
};

const chainPattern = /^\{"v":\d+,"seq":(\d+),"prevHash":"([0-9a-f]{64})"/;

/** Offset after the line that `head` names, or undefined when the lines up to there are not that chain. */
const skipTo = (bytes: Uint8Array, {seq, hash}: Head): number | undefined => {
  let at = 0;
  let head = emptyHead;
  while (head.seq < seq) {
    const end = bytes.indexOf(newline, at);
    if (end < 0) return undefined;
    const line = bytes.subarray(at, end);
    const link = chainPattern.exec(
      Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, 160)).toString('latin1'),
    );
    if (link === null || Number(link[1]) !== head.seq + 1 || link[2] !== head.hash) return undefined;
    head = {seq: head.seq + 1, hash: hashOf(line)};
    at = end + 1;
  }
  return head.hash === hash ? at : undefined;
};

const putBack =
  'if there is a copy of it, put it back; otherwise move it away and start a new run with `patchdeck scan`';

/** A journal that is there has at least one line, and that is an object: `null` and `[]` are what other programs write. */
const requireJournal = (path: string, bytes: Uint8Array): void => {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trim();
  if (start.startsWith('{')) return;
  const holds =
    start === '' ? 'is empty' : `is no journal: it begins with ${JSON.stringify(start.slice(0, 8))}`;
  throw foreign(path, holds, putBack);
};

const newer = (path: string, found: number, known: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.newer',
    `${path} was written by a newer patchdeck (format ${found}, this one knows ${known}); it was left untouched`,
    'use that newer patchdeck for it, or another directory (--state-dir DIR)',
  );
