import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {lstat, open, readdir, unlink} from 'node:fs/promises';
import {promisify} from 'node:util';
import {gunzip, gzip} from 'node:zlib';
import {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import {jsonWithin} from '../model/json.ts';
import {bodySchema, digestSchema, eventVersion} from '../record/event.ts';
import {foldAll} from '../record/fold.ts';
import {readAll, readDurable, writeDurable} from './durable-file.ts';
import {createFiles, sha256} from './files.ts';
import {headsFile} from './heads.ts';
import {hashOf, readLines} from './journal-lines.ts';
import {acquireLock, thisConsole} from './lock.ts';
import {isOwnDirectory, ownDirectory} from './own-file.ts';
import {isRunId, runDirectory, runsDirectory} from './paths.ts';
import {runParts, unknownRun} from './run-journal.ts';
import {openRunStore} from './run-store.ts';
import {stateRoot} from './state-root.ts';
import {readFailed, systemCode} from './store-error.ts';
import {thisMachine} from './this-machine.ts';

/** `patchdeck-run 1 SHA256` and a newline; then, compressed, a line of JSON and the bytes of its parts, one after the other. */
const magic = /^patchdeck-run 1 ([0-9a-f]{64})\n/;
const magicLength = 'patchdeck-run 1 '.length + 64 + 1;
const maxArchiveBytes = 2 * 1024 * 1024 * 1024 - 1;
const maxHeaderBytes = 16 * 1024 * 1024;

const headerSchema = z.object({
  run: z.string().refine(isRunId),
  fleet: z.string(),
  head: z.object({seq: z.int(), hash: digestSchema}),
  from: z.string().max(200),
  at: z.string(),
  journal: z.int().min(1),
  heads: z.int().min(0),
  files: z.array(z.object({digest: digestSchema, bytes: z.int().min(0)})),
});
export type ArchiveHeader = z.infer<typeof headerSchema>;

const format = {schema: bodySchema, version: eventVersion};

/**
 * Writes a run, as it is on disk now, into one durable file that another machine can go on from. The run may be held meanwhile. Throws
 * `export.exists`, `run.unknown`, `run.broken`, and as files of the store do.
 */
export const exportRun = async (
  stateDir: string,
  id: string,
  path: string,
  from: string,
): Promise<ArchiveHeader> => {
  const directory = runDirectory(stateDir, id);
  if (!(await isOwnDirectory(directory))) throw unknownRun(id);
  if (await isThere(path)) {
    throw new PatchdeckError(
      'input',
      'export.exists',
      `${path} is there already; nothing was written`,
      'name another file',
    );
  }
  const parts = runParts(directory);
  const all = await readDurable(parts.journal, {maxBytes: maxArchiveBytes});
  if (all === undefined) throw unknownRun(id);
  // While a console writes, the last line may be half there.
  const journal = all.subarray(0, all.lastIndexOf(0x0a) + 1);
  const reading = readLines(parts.journal, journal, format);
  if (reading.broken !== undefined) throw brokenRun(id, reading.broken, 'nothing was exported');
  const {run} = foldAll(reading.events).state;
  const heads = (await readDurable(headsFile(directory), {maxBytes: maxHeaderBytes})) ?? new Uint8Array();
  const store = createFiles(parts.files);
  const files: {digest: string; bytes: Uint8Array}[] = [];
  for (const digest of (await readdir(parts.files))
    .filter(name => digestSchema.safeParse(name).success)
    .sort()) {
    files.push({digest, bytes: await store.read(digest)});
  }
  const header: ArchiveHeader = {
    run: id,
    fleet: run.fleet,
    head: reading.head,
    from,
    at: new Date().toISOString(),
    journal: journal.length,
    heads: heads.length,
    files: files.map(({digest, bytes}) => ({digest, bytes: bytes.length})),
  };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const body = await promisify(gzip)(Buffer.concat([line, journal, heads, ...files.map(file => file.bytes)]));
  await writeDurable(path, Buffer.concat([Buffer.from(`patchdeck-run 1 ${sha256(body)}\n`), body]));
  return header;
};

/**
 * Takes over a run from an archive: every digest and the whole chain are checked first, then its parts are written, the journal last, and the
 * run's epoch is raised, so that hosts refuse the console it came from. With a token of its own: of two consoles that take over one archive,
 * each host believes the first that tells it. A run that is here already is gone on with only where the archive
 * continues it. Throws `archive.damaged`, `import.diverged`, `run.held`.
 */
export const importRun = async (
  stateDir: string,
  path: string,
  actor: string,
): Promise<ArchiveHeader & {epoch: number}> => {
  const {header, journal, heads, files} = await readArchive(path);
  const directory = runDirectory(stateDir, header.run);
  const parts = runParts(directory);
  await stateRoot(stateDir, () => undefined);
  for (const each of [runsDirectory(stateDir), directory, parts.files, parts.logs]) await ownDirectory(each);
  const lock = await acquireLock(parts.lock, thisConsole(Date.now()));
  if (!('release' in lock)) {
    throw new PatchdeckError(
      'busy',
      'run.held',
      `run ${header.run} is held by a console here; nothing was imported`,
      'close it first',
    );
  }
  try {
    const present = await readDurable(parts.journal, {maxBytes: maxArchiveBytes});
    if (present !== undefined && !startsWith(journal, present)) throw diverged(header.run);
    const store = createFiles(parts.files);
    for (const bytes of files) await store.put(bytes);
    if (heads.length > 0) await writeDurable(headsFile(directory), heads);
    await unlink(parts.snapshot).catch(() => undefined);
    await writeDurable(parts.journal, journal);
  } finally {
    await lock.release();
  }
  const run = await openRunStore({stateDir, id: header.run, existing: true});
  try {
    const epoch = (run.state.run.epoch ?? 1) + 1;
    const token = randomBytes(16).toString('hex');
    const data = {epoch, from: header.from, token, ...thisMachine()};
    await run.record({type: 'run.taken-over', data}, actor);
    return {...header, epoch};
  } finally {
    await run.close();
  }
};

/** Everything of an archive, checked. It may belong to whoever brought it: it is read, and its digests are the proof. */
const readArchive = async (path: string) => {
  const raw = await readWhole(path);
  const found = magic.exec(Buffer.from(raw.subarray(0, magicLength)).toString('latin1'));
  if (found === null) throw damagedArchive(path, 'it is not an exported run');
  const body = raw.subarray(magicLength);
  if (sha256(body) !== found[1]) throw damagedArchive(path, 'its bytes are not those that were exported');
  const whole = await promisify(gunzip)(body, {maxOutputLength: maxArchiveBytes}).catch(() => undefined);
  const end = whole?.indexOf(0x0a) ?? -1;
  if (whole === undefined || end < 0) throw damagedArchive(path, 'it cannot be unpacked');
  const parsed = headerSchema.safeParse(tryJson(whole.subarray(0, end)));
  if (!parsed.success) throw damagedArchive(path, 'its table of contents cannot be read');
  const header = parsed.data;
  let at = end + 1;
  const next = (length: number): Uint8Array => {
    const part = whole.subarray(at, at + length);
    if (part.length !== length) throw damagedArchive(path, 'it is shorter than it says');
    at += length;
    return part;
  };
  const journal = next(header.journal);
  const heads = next(header.heads);
  const files = header.files.map(({digest, bytes}) => {
    const part = next(bytes);
    if (sha256(part) !== digest)
      throw damagedArchive(path, `file ${digest.slice(0, 12)} in it is another one`);
    return part;
  });
  const reading = readLines(path, journal, format);
  if (reading.broken !== undefined) throw damagedArchive(path, `its journal is broken: ${reading.broken}`);
  if (reading.head.hash !== header.head.hash) throw damagedArchive(path, 'its journal is another one');
  if (foldAll(reading.events).state.run.id !== header.run)
    throw damagedArchive(path, 'its journal is of another run');
  return {header, journal, heads, files};
};

const readWhole = async (path: string): Promise<Uint8Array> => {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const {size} = await handle.stat();
      if (size > maxArchiveBytes) throw damagedArchive(path, `it has ${size} bytes`);
      return await readAll(handle, size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new PatchdeckError(
        'input',
        'archive.missing',
        `there is no ${path}; nothing was imported`,
        'name an exported run',
      );
    }
    throw readFailed(path, error);
  }
};

const tryJson = (bytes: Uint8Array): unknown => {
  try {
    return jsonWithin(bytes, {maxBytes: maxHeaderBytes, maxDepth: 8});
  } catch {
    return undefined;
  }
};

const isThere = async (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const startsWith = (whole: Uint8Array, start: Uint8Array): boolean =>
  start.length <= whole.length && hashOf(whole.subarray(0, start.length)) === hashOf(start);

const damagedArchive = (path: string, why: string): PatchdeckError =>
  new PatchdeckError(
    'input',
    'archive.damaged',
    `${path} cannot be imported: ${why}; nothing was written`,
    'export the run again, and copy the file whole',
  );

const brokenRun = (id: string, why: string, what: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'run.broken',
    `the journal of run ${id} is damaged: ${why}; ${what}`,
    'see `patchdeck runs verify`',
  );

const diverged = (id: string): PatchdeckError =>
  new PatchdeckError(
    'input',
    'import.diverged',
    `run ${id} is here already, and the archive does not continue what is recorded here; nothing was imported`,
    'go on with the one that is newer, or import into another directory (--state-dir DIR)',
  );
