import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import {PatchdeckError} from '../model/error.ts';

/**
 * Where runs are kept: the flag, PATCHDECK_STATE_DIR, or `patchdeck` below $XDG_STATE_HOME (~/.local/state; the XDG base
 * directory specification says that a relative value there is to be ignored).
 */
export const stateDirectory = (
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string => {
  const chosen = [flag, env['PATCHDECK_STATE_DIR']].find(value => value !== undefined && value !== '');
  if (chosen !== undefined) return resolve(chosen);
  const xdg = env['XDG_STATE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'patchdeck');
  const home = env['HOME'];
  return join(home === undefined || home === '' ? homedir() : home, '.local', 'state', 'patchdeck');
};

const runIdPattern = /^\d{8}-\d{4}-[0-9a-f]{4}$/;

export const isRunId = (text: string): boolean => runIdPattern.test(text);

/** `20261124-0233-1a2b`: the minute in UTC and four hex digits of `random`, which has to begin with as many. */
export const newRunId = (now: Date, random: string): string => {
  const [date = '', time = ''] = now.toISOString().split('T');
  const id = `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${random.slice(0, 4).toLowerCase()}`;
  return checkedRunId(id);
};

export const runsDirectory = (stateDir: string): string => join(stateDir, 'runs');

/** Throws `run.bad-id` for anything but a run's id: what comes from a flag never becomes a path otherwise. */
export const runDirectory = (stateDir: string, id: string): string =>
  join(runsDirectory(stateDir), checkedRunId(id));

/** The journal of what holds for a whole fleet, whatever the run. */
export const fleetJournal = (stateDir: string, fleet: string): string =>
  join(stateDir, 'fleets', `${fleetSlug(fleet)}.jsonl`);

/** A file name that no other fleet has: letters, digits, `-` and `_` stay, anything else becomes its code point. */
const fleetSlug = (fleet: string): string => {
  const slug = fleet.replace(/[^a-zA-Z0-9_-]/gu, char => `.${(char.codePointAt(0) ?? 0).toString(16)}.`);
  if (slug === '' || slug.length > 200) {
    throw new PatchdeckError(
      'input',
      'fleet.bad-name',
      `a fleet's name has 1 to about 100 characters; this one has ${fleet.length}`,
      'give it another name in the inventory (`fleet:`)',
    );
  }
  return slug;
};

const checkedRunId = (id: string): string => {
  if (isRunId(id)) return id;
  throw new PatchdeckError(
    'input',
    'run.bad-id',
    `"${id.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)}" is not the id of a run, which looks like 20261124-0233-1a2b; nothing was opened`,
    'see the ids with `patchdeck runs`',
  );
};
