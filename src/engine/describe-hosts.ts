import {described, describedAs, saidOf, type Description} from '../inventory/description.ts';
import {cleanLine} from '../model/clean.ts';
import type {Host} from '../model/host.ts';
import type {Body} from '../record/event.ts';
import type {Refusal} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import type {EngineCore} from './core.ts';

type Described = (typeof described)[number];

/**
 * Says something of hosts in the overlay beside the inventory, which itself is only read, and of the run's hosts what the inventory says
 * then. Refused where it says something else by now than what the operator saw: that is shown from then on.
 */
export const describeHosts = async (
  core: EngineCore,
  records: readonly HostRecord[],
  description: Description,
  record: (body: Body) => Promise<unknown>,
): Promise<'ok' | Refusal> => {
  const out = records.filter(({leftOut}) => leftOut !== undefined);
  if (out.length > 0) {
    const what = `${namesOf(out.map(({host}) => host))} ${out.length === 1 ? 'is' : 'are'} left out of this run; nothing was written`;
    return {code: 'host.left-out', what, next: 'describe them with `patchdeck inventory set`'};
  }
  const {source} = core.settings;
  if (source === undefined) return noInventory;
  // Later: YAML takes its time to load.
  const {findInventory, loadInventory} = await import('../inventory/load.ts');
  const {editOverlay} = await import('../inventory/edit-overlay.ts');
  const path = await findInventory(source.named, process.env, source.directory);
  const read = async (): Promise<{overlay: string; hosts: Map<string, Host>}> => {
    const {inventory, overlay} = await loadInventory(path, {overlay: source.overlay});
    return {overlay, hosts: new Map(inventory.hosts.map(host => [host.name, host]))};
  };
  const include = async (now: ReadonlyMap<string, Host>): Promise<void> => {
    for (const {host} of records) {
      const stated = now.get(host.name);
      if (stated === undefined) continue;
      await record({type: 'host.included', data: {host: describedAs(host, stated)}});
    }
  };

  const before = await read();
  const gone = records.filter(({host}) => !before.hosts.has(host.name)).map(({host}) => host);
  if (gone.length > 0) {
    const what = `${namesOf(gone)} ${gone.length === 1 ? 'is' : 'are'} not in the inventory ${cleanLine(path, 200)}; nothing was written`;
    return {code: 'host.not-in-inventory', what, next: 'see `patchdeck inventory list`'};
  }
  const keys = described.filter(key => key in description);
  const changed = records.flatMap(({host}) => differing(keys, host, before.hosts.get(host.name)));
  if (changed.length > 0) {
    await include(before.hosts);
    return {
      code: 'overlay.changed',
      what: `somebody changed it meanwhile: ${changed.slice(0, 3).join('; ')}; nothing was written`,
      next: 'it is shown as it is now; say it again',
    };
  }
  await editOverlay(
    before.overlay,
    records.map(({host}) => host.name),
    description,
  );
  const after = await read();
  await include(after.hosts);
  const more = keptTags(records, description, after.hosts);
  if (more !== undefined) core.notice(more);
  return 'ok';
};

const noInventory: Refusal = {
  code: 'inventory.none',
  what: 'this console knows of no inventory; nothing was written',
  next: 'open it with --inventory FILE',
};

const differing = (keys: readonly Described[], host: Host, now: Host | undefined): string[] =>
  now === undefined
    ? []
    : keys
        .filter(key => saidOf(host, key) !== saidOf(now, key))
        .map(key => `${key} of ${host.name} is ${cleanLine(saidOf(now, key), 60)} now`);

/** Tags of the inventory and its groups add up with those of the overlay: an overlay cannot take them away. */
const keptTags = (
  records: readonly HostRecord[],
  {tags}: Description,
  now: ReadonlyMap<string, Host>,
): string | undefined => {
  if (tags === undefined) return undefined;
  const wanted = new Set(tags ?? []);
  const kept = new Set(
    records.flatMap(({host}) => now.get(host.name)?.tags ?? []).filter(tag => !wanted.has(tag)),
  );
  return kept.size === 0
    ? undefined
    : `tags that the inventory itself states stay: ${cleanLine([...kept].join(' '), 200)}; take them away there`;
};

const namesOf = (hosts: readonly Host[]): string =>
  `${hosts
    .slice(0, 5)
    .map(({name}) => name)
    .join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;
