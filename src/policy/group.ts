import {isChoosable, type NotInstalledClass, type Update} from '../model/package.ts';
import {patchId, type Patch} from '../model/patch.ts';
import type {Scan} from '../model/scan.ts';
import {isKernelPackage} from './kernel.ts';

/** A patch before it is ranked. */
export type DraftPatch = Omit<Patch, 'cves' | 'cveSource' | 'exploited' | 'score' | 'why' | 'missing'>;

/** Of several classes on one host the first here is told: the two an operator can override by choosing, then the most definite. */
const classOrder: readonly NotInstalledClass[] = [
  'needs-new-or-removed',
  'third-party',
  'held',
  'excluded',
  'broken-dependency',
  'needs-subscription',
  'phased',
  'no-fix-yet',
  'end-of-life',
];

/**
 * What is pending, by manager, source package and its version: what is built together is decided on together. A host is in
 * `notInstalled` when the plain upgrade would install none of the packages there. Hosts are in the order of the scans.
 */
export const groupPatches = (scans: readonly Scan[]): DraftPatch[] => {
  const pending = scans.flatMap(({host, updates, depth}) => updates.map(update => ({host, update, depth})));
  const groups = Map.groupBy(pending, ({update}) =>
    patchId(update.manager, update.source, update.sourceVersion),
  );
  return [...groups].flatMap(([id, members]) => draftOf(id, members) ?? []);
};

type Member = {host: string; update: Update; depth: Scan['depth'] | undefined};

const draftOf = (id: string, members: readonly Member[]): DraftPatch | undefined => {
  const updates = members.map(({update}) => update);
  const [first] = updates;
  if (first === undefined) return undefined;
  const byHost = Map.groupBy(members, ({host}) => host);
  const shallow = [...byHost].flatMap(([host, here]) => (here[0]?.depth === 'shallow' ? [host] : []));
  // The same version may come from several archives: it is a security fix if one of them says so.
  const told =
    updates.find(({security}) => security) ?? updates.find(({security}) => security !== null) ?? first;
  const advisories = advisoriesOf(updates);
  return {
    id,
    manager: first.manager,
    source: first.source,
    version: first.sourceVersion,
    packages: [...new Set(updates.map(({name}) => name))].sort(),
    origin: told.origin,
    security: told.security,
    ...(advisories === undefined ? {} : {advisories}),
    hosts: [...byHost.keys()],
    ...(shallow.length === 0 ? {} : {shallow}),
    notInstalled: [...byHost].flatMap(([host, here]) => {
      const why = whyNot(here.map(({update}) => update.notInstalled));
      return why === undefined ? [] : [{host, why}];
    }),
    work: workOf(members),
  };
};

/** What any repository says of it, each advisory once; undefined where none has advisories. */
const advisoriesOf = (updates: readonly Update[]): DraftPatch['advisories'] => {
  const told = updates.flatMap(({advisories}) => (advisories === undefined ? [] : [advisories]));
  if (told.length === 0) return undefined;
  const byId = new Map(told.flat().map(advisory => [advisory.id, advisory]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

const workOf = (members: readonly Member[]): DraftPatch['work'] => {
  const planned = members.filter(({update}) => isChoosable(update.notInstalled));
  const kernels = planned.filter(({update}) => isKernelPackage(update.name));
  return {
    installs: planned.length,
    bytes: planned.reduce((sum, {update}) => sum + (update.bytes ?? 0), 0),
    unsized: planned.filter(({update}) => update.bytes === undefined).length,
    kernelOn: [...new Set(kernels.map(({host}) => host))],
  };
};

const whyNot = (classes: readonly (NotInstalledClass | undefined)[]): NotInstalledClass | undefined =>
  classes.includes(undefined) ? undefined : classOrder.find(candidate => classes.includes(candidate));
