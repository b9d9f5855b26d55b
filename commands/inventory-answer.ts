import {resolve} from 'node:path';
import type {LoadedInventory} from '../src/inventory/load.ts';
import type {Host} from '../src/model/host.ts';
import {readFlags, type Flags} from './flags.ts';
import {createOutput, type Output, type Result} from './output.ts';
import {table} from './table.ts';

/** Reads the inventory that is meant, and says what of it was not used. */
export const load = async (
  flags: Flags,
  named: string | undefined,
  output: Output,
  options: {mayBeNew?: true} = {},
): Promise<LoadedInventory & {path: string}> => {
  const {findInventory, loadInventory} = await import('../src/inventory/load.ts');
  const path = await findInventory(named, process.env, process.cwd());
  const overlay = flags.overlay === undefined ? undefined : resolve(flags.overlay);
  const found = await loadInventory(path, {overlay, ...options});
  for (const notice of found.notices) output.say(`! ${notice}`);
  return {...found, path};
};

/** Every host; data, owner and tags where one of them has any. */
export const hostTable = (hosts: readonly Host[]): string => {
  const more = (['data', 'owner', 'tags'] as const).filter(what =>
    hosts.some(host => (host[what] ?? '').length > 0),
  );
  return table(
    ['host', 'address', 'groups', 'wave', 'canary', 'criticality', 'exposure', ...more],
    hosts.map(host => [
      host.name,
      host.port === undefined ? host.address : `${host.address}:${host.port}`,
      host.groups.join(' '),
      String(host.wave),
      host.canary ? 'canary' : '',
      host.criticality ?? '?',
      host.exposure ?? '?',
      ...more.map(what => (what === 'tags' ? host.tags.join(' ') : (host[what] ?? '?'))),
    ]),
  );
};

/** Runs a subcommand of the inventory, and prints what it came to. */
export const answer = async (
  name: string,
  raw: unknown,
  work: (flags: Flags, output: Output) => Promise<Result>,
): Promise<void> => {
  const output = createOutput((raw as {json?: boolean}).json === true);
  try {
    output.result(name, await work(readFlags(raw), output));
  } catch (error) {
    process.exitCode = output.error(name, error);
  }
};
