import {dirname} from 'node:path';
import {z} from 'zod';
import {patchIdSchema} from '../model/patch.ts';
import {PatchdeckError} from '../model/error.ts';
import {openJournal} from './journal.ts';
import {acquireLock, thisConsole} from './lock.ts';
import {ownDirectory} from './own-file.ts';
import {fleetJournal} from './paths.ts';
import {stateRoot} from './state-root.ts';

const reason = z.string().max(500);
const body = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({type: z.literal(type), data: z.object(shape)});

/** What holds for a fleet beyond one run. */
const fleetBodySchema = z.discriminatedUnion('type', [
  body('version.blocked', {patch: patchIdSchema, reason, run: z.string().nullable()}),
  body('version.unblocked', {patch: patchIdSchema, reason}),
]);
type FleetBody = z.infer<typeof fleetBodySchema>;
const fleetVersion = 1;

/** Runs of one fleet may be open at once: each write takes this long at most to get its turn. */
const lockWaitMs = 10_000;

export type FleetStore = {
  /** Patches that are never installed in this fleet, with the reason. As of opening and of what this process did since. */
  blocked(): ReadonlyMap<string, string>;
  /** Resolves once it is on disk. Throws as journals do, and `fleet.held` when another console does not get done. */
  block(patch: string, reason: string, run: string | undefined, actor: string): Promise<void>;
  unblock(patch: string, reason: string, actor: string): Promise<void>;
  readonly notices: readonly string[];
  close(): Promise<void>;
};

/** Opens what is known of a fleet; nothing is written before something is blocked. Throws as `openJournal`. */
export const openFleetStore = async (
  stateDir: string,
  fleet: string,
  now: () => number = Date.now,
): Promise<FleetStore> => {
  const path = fleetJournal(stateDir, fleet);
  const format = {path, schema: fleetBodySchema, version: fleetVersion, now};
  const found = await openJournal({...format, mode: 'read'});
  await found.close();
  let blocked = blockedIn(found.events);
  const notices = [...found.notices];

  const append = async (body: FleetBody, actor: string): Promise<void> => {
    const directory = dirname(path);
    const notice = (sentence: string): void => void notices.push(sentence);
    await stateRoot(stateDir, notice);
    await ownDirectory(directory, notice);
    const lock = await acquireLock(`${path}.lock`, thisConsole(now()), lockWaitMs);
    if (!('release' in lock)) throw isHeld(fleet, lock.heldBy?.pid);
    try {
      const journal = await openJournal({...format, mode: 'write'});
      notices.push(...journal.notices);
      try {
        const event = await journal.append(body, actor);
        blocked = blockedIn([...journal.events, event]);
      } finally {
        await journal.close();
      }
    } finally {
      await lock.release();
    }
  };
  // One after the other: each opens the journal for itself.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (body: FleetBody, actor: string): Promise<void> => {
    const mine = turn.then(() => append(body, actor));
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    blocked: () => blocked,
    block: (patch, why, run, actor) =>
      inTurn({type: 'version.blocked', data: {patch, reason: why, run: run ?? null}}, actor),
    unblock: (patch, why, actor) => inTurn({type: 'version.unblocked', data: {patch, reason: why}}, actor),
    notices,
    close: async () => {
      await turn;
    },
  };
};

const blockedIn = (events: Iterable<FleetBody>): Map<string, string> => {
  const blocked = new Map<string, string>();
  for (const {type, data} of events) {
    if (type === 'version.blocked') blocked.set(data.patch, data.reason);
    else blocked.delete(data.patch);
  }
  return blocked;
};

const isHeld = (fleet: string, pid: number | undefined): PatchdeckError =>
  new PatchdeckError(
    'busy',
    'fleet.held',
    `another console${pid === undefined ? '' : ` (process ${pid})`} is writing to the journal of fleet ${fleet} and does not end; nothing was recorded`,
    'see what it does, then try again',
  );
