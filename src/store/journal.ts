import {constants} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {PatchdeckError} from '../model/error.ts';
import {openOwn} from './own-file.ts';
import {readDurable} from './durable-file.ts';
import {JournalWriter} from './journal-writer.ts';
import {
  emptyHead,
  hashOf,
  lineOf,
  readLines,
  type Envelope,
  type Head,
  type JournalFormat,
} from './journal-lines.ts';
import {mendTail} from './journal-recovery.ts';
import type {Notice} from './store-error.ts';

const maxJournalBytes = 1024 * 1024 * 1024;

export type JournalOptions<Body> = JournalFormat<Body> & {
  path: string;
  mode: 'write' | 'read';
  /** Milliseconds since 1970. */
  now: () => number;
  /** Lines up to here need not be given as events: a snapshot holds what they say. */
  from?: Head;
  /** Looks at an event before it is written, in the order of the journal; what it throws rejects the append. */
  admit?: (event: Envelope & Body) => void;
  /** Called once an event is on disk, in the order of the journal, before its append resolves. */
  durable?: (event: Envelope & Body, head: Head) => void;
};

export type Journal<Body> = {
  /** The events found when it was opened; only those after `from` when `continued`. */
  readonly events: readonly (Envelope & Body)[];
  readonly continued: boolean;
  /** Of what is on disk. */
  readonly head: Head;
  /** Resolves once the event is on disk. Rejects with `store.full`, `store.write-failed`, `store.read-only` or what `admit` threw. */
  append(body: Body, actor: string): Promise<Envelope & Body>;
  /** What was found and mended, a sentence each. */
  readonly notices: readonly string[];
  /** Why what comes after some line cannot be believed. */
  readonly broken: string | undefined;
  /** Why nothing can be appended, since opening or since a write failed. */
  readonly readOnly: string | undefined;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
};

/**
 * Opens a journal of JSON lines, each chained to the one before by its sha256. One that is not there has no events and comes to be
 * with its first one. A last line that was torn is copied aside and cut; one broken before makes the journal read-only, with the
 * events up to it. Throws `store.foreign`, `store.newer` and `store.unreadable`; the file is then untouched.
 */
export const openJournal = async <Body extends {type: string}>(
  options: JournalOptions<Body>,
): Promise<Journal<Body>> => {
  const {path, mode} = options;
  const notices: string[] = [];
  const notice: Notice = sentence => notices.push(sentence);
  const bytes = await readDurable(path, {maxBytes: maxJournalBytes, notice});
  const reading =
    bytes === undefined
      ? {
          events: [],
          head: emptyHead,
          keep: 0,
          torn: false,
          unended: false,
          broken: undefined,
          continued: false,
        }
      : readLines(path, bytes, options, options.from);
  const broken = reading.broken === undefined ? undefined : brokenSentence(path, reading.broken);
  if (broken !== undefined) notice(broken);
  const readOnly = broken ?? (mode === 'read' ? 'it was opened for reading only' : undefined);
  if (readOnly === undefined && bytes !== undefined)
    await mendTail(path, bytes, reading, options.now(), notice);
  if (mode === 'read' && reading.torn) notice(`the last line of ${path} is not finished; it was not read`);
  const handle = readOnly === undefined ? await openForAppending(path) : undefined;
  const size = reading.keep + (reading.unended ? 1 : 0);
  const writer = new JournalWriter(path, handle, size);

  let planned = reading.head;
  let head = reading.head;
  const append = async (body: Body, actor: string): Promise<Envelope & Body> => {
    if (readOnly !== undefined) throw isReadOnly(path, readOnly);
    writer.requireWhole();
    const checked = options.schema.parse(body);
    const ts = new Date(options.now()).toISOString();
    const event = {v: options.version, seq: planned.seq + 1, prevHash: planned.hash, ts, actor, ...checked};
    const line = lineOf(event);
    options.admit?.(event);
    const next = {seq: event.seq, hash: hashOf(line)};
    planned = next;
    await writer.write(line, () => {
      head = next;
      options.durable?.(event, next);
    });
    return event;
  };
  return {
    events: reading.events,
    continued: reading.continued,
    get head() {
      return head;
    },
    append,
    notices,
    broken,
    get readOnly() {
      return readOnly ?? writer.failure?.message;
    },
    close: () => writer.close(),
  };
};

const openForAppending = (path: string): Promise<FileHandle | undefined> => openOwn(path, constants.O_RDWR);

const brokenSentence = (path: string, what: string): string =>
  `${path} is damaged: ${what}. What comes before it can be seen, nothing can be added and no host is worked on`;

const isReadOnly = (path: string, why: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.read-only',
    `nothing can be recorded in ${path}: ${why}; it was not done`,
    'put a whole copy of it back, or start a new run with `patchdeck scan`: it asks every host what is true',
  );
