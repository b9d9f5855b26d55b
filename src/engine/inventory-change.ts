import {isDeepStrictEqual} from 'node:util';
import {describeError, PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import {findInventory, loadInventory} from '../inventory/load.ts';
import type {RunState} from '../record/state.ts';
import {sha256} from '../store/files.ts';

/** Where the inventory is looked for again while a run is open. */
export type InventorySource = {named?: string | undefined; overlay?: string | undefined; directory: string};

/** Hosts that a sentence names. */
const mostNamed = 5;

/**
 * What is to be said of an inventory that is not what an open run was begun with: edited, or made anew by a program. The run goes on with
 * its own hosts and addresses in every case, and none is needed for that.
 */
export const inventoryChange = async (
  state: RunState,
  {named, overlay, directory}: InventorySource,
): Promise<string | undefined> => {
  const goesOn = `run ${state.run.id} goes on with the hosts and addresses it was begun with`;
  try {
    const path = await findInventory(named, process.env, directory);
    const {inventory, text} = await loadInventory(path, {overlay});
    if (sha256(new TextEncoder().encode(text)) === state.run.inventory) return undefined;
    // As after hosts were described from the console: the run has it already.
    if (isTaken(state, inventory.hosts)) return undefined;
    const what = differences(state, inventory.hosts);
    return `the inventory ${path} is not what it was${what}: ${goesOn}; \`patchdeck scan --new\` takes the new one`;
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    // Nobody named one, and an open run needs none.
    if (named === undefined && error.code === 'inventory.missing') return undefined;
    return `${goesOn}, though its inventory cannot be read now: ${describeError(error)}`;
  }
};

/** All that it says of hosts is what the run goes by. */
const isTaken = ({hosts}: RunState, present: readonly Host[]): boolean =>
  present.length === hosts.size && present.every(host => isDeepStrictEqual(hosts.get(host.name)?.host, host));

const differences = ({hosts}: RunState, present: readonly Host[]): string => {
  const now = new Map(present.map(host => [host.name, host]));
  const taking = [...hosts.values()].filter(record => record.leftOut === undefined).map(({host}) => host);
  const gone = taking.filter(({name}) => !now.has(name));
  const moved = taking.filter(host => {
    const other = now.get(host.name);
    return other !== undefined && (other.address !== host.address || other.port !== host.port);
  });
  const parts = [listed('no longer in it', gone), listed('at another address', moved)].filter(
    part => part !== '',
  );
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
};

const listed = (what: string, hosts: readonly Host[]): string => {
  const names = hosts.slice(0, mostNamed).map(({name}) => name);
  const more = hosts.length > mostNamed ? ` and ${hosts.length - mostNamed} more` : '';
  return names.length === 0 ? '' : `${what}: ${names.join(', ')}${more}`;
};
