import {unlink} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {Low, type Adapter} from 'lowdb';
import {z} from 'zod';
import {jsonWithin} from '../model/json.ts';
import {digestSchema} from '../record/event.ts';
import {foldVersion} from '../record/fold.ts';
import type {RunState} from '../record/state.ts';
import {readDurable, writeDurable} from './durable-file.ts';
import {sha256} from './files.ts';
import type {Head} from './journal-lines.ts';
import {syncDirectory} from './own-file.ts';
import {hostRecordSchema, runRecordSchema} from './state-schema.ts';
import {writeFailed} from './store-error.ts';

/** The folded state at one line of the journal. A cache: the journal is the truth, and the state can always be folded from it anew. */
export type Snapshot = {head: Head; state: RunState};

/** The snapshot at a path, or undefined when there is none that can be used: it is never worth an error. */
export const readSnapshot = async (path: string): Promise<Snapshot | undefined> => {
  const low = new Low<Kept>(snapshotAdapter(path), {snapshot: undefined});
  await low.read().catch(() => undefined);
  return low.data.snapshot;
};

/** Replaces the snapshot. Throws `store.full` and the like; the old one is then still there. */
export const writeSnapshot = async (path: string, snapshot: Snapshot): Promise<void> => {
  await new Low<Kept>(snapshotAdapter(path), {snapshot}).write();
};

/** Removes the snapshot. Throws `store.write-failed`. */
export const dropSnapshot = async (path: string): Promise<void> => {
  try {
    await unlink(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    throw writeFailed(path, error);
  }
};

type Kept = {snapshot: Snapshot | undefined};

const limits = {maxBytes: 512 * 1024 * 1024, maxDepth: 32};
/** Hosts that are turned into text in one go: a large fleet must not keep the engine from its hosts. */
const hostsAtOnce = 200;

/** lowdb's own files are not fsynced, lose their mode and follow links; and a file that was tampered with must not be taken. */
const snapshotAdapter = (path: string): Adapter<Kept> => ({
  read: async () => {
    const bytes = await readDurable(path, limits);
    const body = bytes === undefined ? undefined : opened(bytes);
    if (body === undefined) return null;
    const parsed = snapshotSchema.safeParse(jsonWithin(body, limits));
    return parsed.success ? {snapshot: parsed.data} : null;
  },
  write: async ({snapshot}) => {
    if (snapshot === undefined) return;
    await writeDurable(path, sealed(await toText(snapshot)));
  },
});

const snapshotSchema = z
  .object({
    foldVersion: z.literal(foldVersion),
    seq: z.int(),
    hash: digestSchema,
    run: runRecordSchema,
    hosts: z.array(hostRecordSchema),
  })
  .transform(({seq, hash, run, hosts}): Snapshot => ({
    head: {seq, hash},
    state: {run, hosts: new Map(hosts.map(record => [record.host.name, record]))},
  }));

const toText = async ({head, state}: Snapshot): Promise<string> => {
  const {chosen, blocked, ...rest} = state.run;
  const run = JSON.stringify({...rest, chosen: [...chosen], blocked: [...blocked]});
  // The records do not change, only the map does: this list is the state as it is now.
  const records = [...state.hosts.values()];
  const hosts: string[] = [];
  for (let at = 0; at < records.length; at += hostsAtOnce) {
    for (const record of records.slice(at, at + hostsAtOnce)) hosts.push(JSON.stringify(record));
    await nextTurn();
  }
  const {seq, hash} = head;
  return `{"foldVersion":${foldVersion},"seq":${seq},"hash":"${hash}","run":${run},"hosts":[${hosts.join(',')}]}`;
};

const before = '{"sha256":"';
const between = '","snapshot":';
const after = '}\n';
const headLength = before.length + 64 + between.length;

const sealed = (text: string): Uint8Array => {
  const digest = sha256(new TextEncoder().encode(text));
  return new TextEncoder().encode(`${before}${digest}${between}${text}${after}`);
};

/** The text that the sum at the beginning is of, or undefined when it is of another. */
const opened = (bytes: Uint8Array): Uint8Array | undefined => {
  const head = new TextDecoder().decode(bytes.subarray(0, headLength));
  const body = bytes.subarray(headLength, bytes.length - after.length);
  return head === `${before}${sha256(body)}${between}` ? body : undefined;
};
