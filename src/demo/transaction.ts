import {findBuild, offersFor, type Build} from './archive.ts';
import type {DemoHost, Installed} from './host.ts';
import {wrapped} from './text.ts';

/** What apt would do: packages put in place of others or anew, and packages removed. */
export type Transaction = {
  installs: {build: Build; from: string | undefined}[];
  removes: Installed[];
  keptBack: string[];
  refused: string | undefined;
};

/** A full upgrade, as `apt-get upgrade` (nothing is removed), `dist-upgrade`, or the latter without holds. */
export const upgradeAll = (host: DemoHost, mode: 'plain' | 'full' | 'unheld'): Transaction => {
  const offers = offersFor(host);
  const isKept = ({upgrade, binary}: (typeof offers)[number]): boolean =>
    (mode !== 'unheld' && host.held.has(binary.name)) ||
    (mode === 'plain' && (upgrade.removes ?? []).some(name => host.packages.has(name)));
  const taken = offers.filter(offer => !isKept(offer));
  return {
    ...transactionOf(
      host,
      taken.map(offer => offer.build),
      [],
    ),
    keptBack: offers.filter(isKept).map(offer => offer.binary.name),
  };
};

/** Exactly these versions; what they bring along and what has to go for them comes with it. */
export const installVersions = (
  host: DemoHost,
  wanted: readonly {name: string; version: string}[],
): Transaction => {
  const builds: Build[] = [];
  for (const {name, version} of wanted) {
    const build = findBuild(host, name, version);
    if (build === undefined) return refuse(`Version '${version}' for '${name}' was not found`);
    builds.push(build);
  }
  return transactionOf(host, builds, []);
};

/** Installs builds and removes packages; `asIf` stands for the packages installed then. */
export const transactionOf = (
  host: DemoHost,
  builds: readonly Build[],
  removing: readonly string[],
  asIf: ReadonlyMap<string, Installed> = host.packages,
): Transaction => {
  const upward = builds.filter(build => build.version === build.upgrade?.to);
  const added = upward.flatMap(build =>
    (build.upgrade?.adds ?? [])
      .filter(binary => !asIf.has(binary.name) && !builds.some(other => other.name === binary.name))
      .flatMap(binary => findBuild(host, binary.name, build.version) ?? []),
  );
  const gone = new Set([...removing, ...upward.flatMap(build => build.upgrade?.removes ?? [])]);
  const all = [...new Map([...added, ...builds].map(build => [build.name, build])).values()];
  return {
    installs: all
      .map(build => ({build, from: asIf.get(build.name)?.version}))
      .filter(({build, from}) => from !== build.version),
    removes: [...gone].flatMap(name => asIf.get(name) ?? []),
    keptBack: [],
    refused: undefined,
  };
};

export const refuse = (reason: string): Transaction => ({
  installs: [],
  removes: [],
  keptBack: [],
  refused: reason,
});

/** What `apt-get -s` prints of it. */
export const printSimulation = (transaction: Transaction, upgrading: boolean): string[] => {
  const head = ['Reading package lists...', 'Building dependency tree...', 'Reading state information...'];
  if (transaction.refused !== undefined) return [...head, `E: ${transaction.refused}`];
  return [
    ...head,
    ...(upgrading ? ['Calculating upgrade...'] : []),
    ...printSummary(transaction),
    ...transaction.removes.map(item => `Remv ${item.name} [${item.version}]`),
    ...transaction.installs.map(({build, from}) =>
      from === undefined
        ? `Inst ${build.name} (${describe(build)})`
        : `Inst ${build.name} [${from}] (${describe(build)})`,
    ),
    ...transaction.installs.map(({build}) => `Conf ${build.name} (${describe(build)})`),
  ];
};

/** The paragraphs with names, and the line of counts. */
export const printSummary = ({installs, removes, keptBack}: Transaction): string[] => {
  const names = (items: readonly {build: Build}[]): string[] => items.map(item => item.build.name);
  const fresh = installs.filter(item => item.from === undefined);
  const upgraded = installs.filter(item => item.from !== undefined);
  const paragraph = (title: string, list: readonly string[]): string[] =>
    list.length === 0 ? [] : [title, ...wrapped([...list].sort())];
  return [
    ...paragraph('The following NEW packages will be installed:', names(fresh)),
    ...paragraph(
      'The following packages will be REMOVED:',
      removes.map(item => item.name),
    ),
    ...paragraph('The following packages have been kept back:', keptBack),
    ...paragraph('The following packages will be upgraded:', names(upgraded)),
    `${upgraded.length} upgraded, ${fresh.length} newly installed, ${removes.length} to remove and ${keptBack.length} not upgraded.`,
  ];
};

const describe = (build: Build): string => `${build.version} ${build.origin} [${build.arch}]`;
