import {PatchdeckError} from '../model/error.ts';
import {bodySchema, eventVersion, type Event} from '../record/event.ts';
import {createFiles} from './files.ts';
import {readDurable} from './durable-file.ts';
import {headText, readHeads} from './heads.ts';
import {hashOf, readLines} from './journal-lines.ts';
import {isOwnDirectory} from './own-file.ts';
import {runDirectory} from './paths.ts';
import {runParts, unknownRun} from './run-journal.ts';
import {checkSignature} from './ssh-signature.ts';
import {foldAll} from '../record/fold.ts';

/** What a run's record proves of itself. `broken`: where and how it is not what was recorded, a sentence each; empty means intact. */
export type Verification = {
  run: string;
  events: number;
  head: string;
  heads: number;
  /** Heads with a good signature, and the keys they were made with. */
  signed: number;
  signers: string[];
  files: number;
  broken: string[];
};

const maxBytes = 1024 * 1024 * 1024;

/** Where a journal was seen to stand by somebody else than this machine. */
export type SeenHead = {where: string; seq: number; hash: string};

/**
 * Checks the chain of a run's journal, the files it names, and the heads that were signed or that hosts have in their syslog: a chain that
 * was hashed anew after it was changed is whole in itself, and does not hold those heads. `allowed` is an allowed_signers file; with one,
 * every end of a stage has to have a signed head: who cannot sign could throw heads away, or put unsigned ones in their place.
 */
export const verifyRun = async (
  stateDir: string,
  id: string,
  options: {allowed?: string | undefined; seen?: readonly SeenHead[]} = {},
): Promise<Verification> => {
  const directory = runDirectory(stateDir, id);
  if (!(await isOwnDirectory(directory))) throw unknownRun(id);
  const parts = runParts(directory);
  const bytes = await readDurable(parts.journal, {maxBytes});
  if (bytes === undefined) throw unknownRun(id);
  const reading = readLines(parts.journal, bytes, {schema: bodySchema, version: eventVersion});
  const broken: string[] = [];
  if (reading.broken !== undefined) broken.push(`the chain breaks: ${reading.broken}`);
  if (reading.torn) broken.push(`the last line is not whole, after event ${reading.head.seq}`);
  const hashes = lineHashes(bytes, reading.head.seq);
  const heads = await readHeads(directory);
  const signers = new Set<string>();
  const signedAt: number[] = [];
  for (const head of heads) {
    const at = `the head of event ${head.seq}, kept on ${head.at}`;
    if (hashes[head.seq - 1] !== head.hash) {
      broken.push(
        hashes[head.seq - 1] === undefined
          ? `${at}, is of an event that is not there any more`
          : `${at}, is not the one the journal has: events up to there were changed and hashed anew`,
      );
    }
    if (head.signature === undefined) continue;
    const answer = await checkSignature(headText(id, head), head.signature, options.allowed);
    if (answer.good) {
      signedAt.push(head.seq);
      signers.add(answer.signer === undefined ? answer.key : `${answer.signer} (${answer.key})`);
    } else broken.push(`${at}, has no good signature: ${answer.why}`);
  }
  if (options.allowed !== undefined) broken.push(...unsignedEnds(reading.events, signedAt));
  for (const {where, seq, hash} of options.seen ?? []) {
    if (hashes[seq - 1] !== hash)
      broken.push(
        `${where} has another event ${seq} in its syslog: events up to there were changed and hashed anew`,
      );
  }
  const named = reading.broken === undefined ? filesNamed(reading.events) : new Set<string>();
  const files = createFiles(parts.files);
  for (const digest of named) {
    await files.read(digest).catch((error: unknown) => {
      if (!(error instanceof PatchdeckError)) throw error;
      broken.push(error.message);
    });
  }
  foldOrSay(reading.events, broken);
  return {
    run: id,
    events: reading.head.seq,
    head: reading.head.hash,
    heads: heads.length,
    signed: signedAt.length,
    signers: [...signers],
    files: named.size,
    broken,
  };
};

/** The ends of stages that no signed head stands for: one of theirs, or of an event before the next end. */
const unsignedEnds = (events: readonly Event[], signedAt: readonly number[]): string[] => {
  const ends = events.filter(event => event.type === 'stage.ended');
  return ends.flatMap(({seq, ts, data}, index) => {
    const next = ends[index + 1]?.seq ?? Infinity;
    return signedAt.some(at => at >= seq && at < next)
      ? []
      : [
          `the end of ${data.stage} on ${ts} (event ${seq}) has no signed head: it was taken away, or nobody signed that stage`,
        ];
  });
};

const lineHashes = (bytes: Uint8Array, upTo: number): string[] => {
  const hashes: string[] = [];
  let at = 0;
  while (hashes.length < upTo) {
    const end = bytes.indexOf(0x0a, at);
    hashes.push(hashOf(bytes.subarray(at, end < 0 ? bytes.length : end)));
    if (end < 0) break;
    at = end + 1;
  }
  return hashes;
};

/** Digests of files that events name. */
const filesNamed = (events: readonly {type: string; data: object}[]): Set<string> => {
  const named = new Set<string>();
  for (const {type, data} of events) {
    for (const [key, value] of Object.entries(data)) {
      const isFile =
        key === 'file' ||
        key === 'log' ||
        key === 'point' ||
        key === 'inventory' ||
        (type === 'plan.locked' && key === 'digest');
      if (isFile && typeof value === 'string') named.add(value);
    }
  }
  return named;
};

const foldOrSay = (events: Parameters<typeof foldAll>[0], broken: string[]): void => {
  try {
    foldAll(events);
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    broken.push(error.message);
  }
};
