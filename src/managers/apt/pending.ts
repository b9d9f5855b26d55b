import {badAnswer, linesOf, sections} from '../../model/answer.ts';
import {updateSchema, type NotInstalledClass, type Update} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {beyondPolicy, needsSubscription} from './beyond-policy.ts';
import {parseSimulation, type SimulatedInstall} from './simulation.ts';
import type {Pending} from '../manager.ts';

/** The simulations that ask for more than the plain upgrade, and the names of what all of them keep back. */
const more = `full=$(simulate dist-upgrade)
unheld=$(simulate --ignore-hold dist-upgrade)
names=$(printf '%s\\n%s\\n' "$plain" "$unheld" | awk '
  /^The following packages have been kept back:/ {on=1; next}
  /^The following upgrades have been deferred due to phasing:/ {on=1; next}
  /^[^ ]/ {on=0}
  on {for (i=1; i<=NF; i++) print $i}' | sort -u)
[ -z "$names" ] || policy=$(apt-cache policy $names)${beyondPolicy}`;

const probeOf = (verb: string, beyondPlain: string): Probe<undefined, Pending> => ({
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
simulate() { apt-get -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=false "$@" 2>&1; }
plain=$(simulate --with-new-pkgs upgrade) || { printf '@@ refused\\n%s\\n@@ end\\n' "$plain"; return 0; }
policy= phased= unpinned= subscribed=
${beyondPlain}
printf '@@ plain\\n%s\\n@@ full\\n%s\\n@@ unheld\\n%s\\n' "$plain" "$full" "$unheld"
[ -z "$phased" ] || printf '@@ phased\\n%s\\n' "$phased"
[ -z "$unpinned" ] || printf '@@ unpinned\\n%s\\n' "$unpinned"
[ -z "$subscribed" ] || printf '@@ subscribed\\n%s\\n' "$subscribed"
echo '@@ held'; apt-mark showhold
printf '@@ policy\\n%s\\n' "$policy"
echo '@@ sources'
versions() { sed -n 's/^Inst \\([^ ]*\\) .*(\\([^ ]*\\) .*/\\1=\\2/p' | sort -u; }
wanted=$(printf '%s\\n' "$unheld" "$phased" "$unpinned" | versions)
bought=$(printf '%s\\n' "$subscribed" | versions)
{ [ -z "$wanted$names" ] || apt-cache show $wanted $names
  [ -z "$bought" ] || apt-cache $pro show $bought; } 2>/dev/null | grep -E '^(Package|Version|Source|Architecture|Size):'
echo '@@ distribution'
{ apt-cache policy base-files; echo '@@'; apt-cache policy; } | awk '
  $0 == "@@" {all = 1; next}
  /^ *-?[0-9]+ / {file = $0; sub(/^ *-?[0-9]+ /, "", file); if (!all && /^      /) own[file] = 1; here = all && (file in own); next}
  here && /^ *release / && match($0, /[ ,]l=[^,]*/) {print substr($0, RSTART + 3, RLENGTH - 3)}' | sort -u
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const refused = found.get('refused');
    if (refused !== undefined) throw badAnswer(verb, `apt-get refused: ${firstError(refused)}`);
    const part = (name: string): string[] => linesOf(verb, found, name);
    /** What is asked for only where there may be more. */
    const beyond = (name: string): SimulatedInstall[] =>
      found.has(name) ? parseSimulation(verb, part(name)).installs : [];
    const plain = parseSimulation(verb, part('plain'));
    const full = parseSimulation(verb, part('full'));
    const unheld = parseSimulation(verb, part('unheld'));
    const held = new Set(part('held').map(line => line.trim()));
    const offers = readOffers(part('sources'));
    const news = [...plain.installs, ...full.installs].filter(({from}) => from === null);
    const labels = new Set(part('distribution'));
    const isHeld = (item: {name: string; arch: string}): boolean =>
      held.has(item.name) || held.has(`${item.name}:${item.arch}`);

    const updates = new Map<string, Update>();
    const add = (item: SimulatedInstall, why: NotInstalledClass | undefined): void => {
      const key = `${item.name}:${item.arch}`;
      if (item.from === null || updates.has(key)) return;
      const notInstalled = why ?? (isDistribution(item.origin, labels) ? undefined : 'third-party');
      const source = sourceOf(offers, item);
      const bytes = bytesOf(offers, item);
      updates.set(
        key,
        updateSchema.parse({
          manager: 'apt',
          name: item.name,
          arch: item.arch,
          installed: item.from,
          candidate: item.to,
          source: source.name,
          sourceVersion: source.version,
          origin: item.origin,
          security: item.origin === 'unknown' ? null : isSecurity(item.origin),
          ...(bytes === undefined ? {} : {bytes}),
          ...(notInstalled === undefined ? {} : {notInstalled}),
        }),
      );
    };
    plain.installs.forEach(item => add(item, undefined));
    full.installs.forEach(item => add(item, 'needs-new-or-removed'));
    unheld.installs.forEach(item => add(item, isHeld(item) ? 'held' : 'needs-new-or-removed'));
    beyond('phased').forEach(item => add(item, isHeld(item) ? 'held' : 'phased'));
    const simulated = new Set([...updates.values()].map(update => update.name));
    for (const item of readPolicy(part('policy'))) {
      if (simulated.has(item.name) || item.installed === item.candidate) continue;
      const why = held.has(item.name) ? 'held' : 'broken-dependency';
      const offer = offers.find(({name, version}) => name === item.name && version === item.candidate);
      const arch = offer?.arch ?? 'unknown';
      add({name: item.name, arch, from: item.installed, to: item.candidate, origin: 'unknown'}, why);
    }
    beyond('unpinned').forEach(item =>
      add(item, needsSubscription(item.origin) ? 'needs-subscription' : 'excluded'),
    );
    beyond('subscribed').forEach(item => add(item, 'needs-subscription'));
    addNewPackages(updates, news, offers);
    return [...updates.values()];
  },
});

/**
 * Pending updates by simulations, each asking for more: the plain upgrade, the full one, the full one without holds, with what is phased,
 * without what forbids, with what a subscription opens. What only a later one would install has a class. Works unprivileged and while dpkg is locked (Debug::NoLocking).
 */
export const pending = probeOf('apt.pending', more);

/** Those of them that the plain upgrade would install, by the one simulation of it: nothing is said of what is kept back. */
export const glance = probeOf('apt.glance', 'full= unheld=$plain names=');

/** Label `Debian-Security`, a suite that ends in `-security` (Debian 12 reads `oldstable-security` now), or Ubuntu's ESM. */
export const isSecurity = (origin: string): boolean =>
  /(^|, )Debian-Security:|-security(,|$)|UbuntuESM/.test(origin);

/** Debian's and Ubuntu's archives, and whichever brings `base-files`: of Raspbian, Mint or Kali that is their own. */
const isDistribution = (origin: string, labels: ReadonlySet<string>): boolean =>
  /(^|, )(Debian|Debian-Security|Debian Backports|Ubuntu|UbuntuESM\w*):/.test(origin) ||
  origin.split(', ').some(each => labels.has(each.split(':')[0] ?? ''));

const firstError = (lines: readonly string[]): string =>
  lines.find(line => line.startsWith('E:')) ?? lines[0] ?? 'no reason given';

/** A package that the archive offers, as `apt-cache show` says it. */
type Offer = {name: string; arch: string; version: string; source: string | undefined; bytes: number};

/** `Source: glibc (2.36-9)` or `Source: xz-utils`; absent when the source is named as the package. */
const sourceOf = (
  offers: readonly Offer[],
  {name, to}: Pick<SimulatedInstall, 'name' | 'to'>,
): {name: string; version: string} => {
  const offer = offers.find(each => each.name === name && each.version === to);
  const match = /^(\S+)(?: \((\S+)\))?$/.exec(offer?.source ?? name);
  return {name: match?.[1] ?? name, version: match?.[2] ?? to};
};

const bytesOf = (
  offers: readonly Offer[],
  {name, arch, to}: Pick<SimulatedInstall, 'name' | 'arch' | 'to'>,
): number | undefined => {
  const offer = offers.find(each => each.name === name && each.version === to && each.arch === arch);
  return Number.isNaN(offer?.bytes) ? undefined : offer?.bytes;
};

/**
 * A kernel comes as a new package beside a small one that depends on it, on Debian of the same source, on Ubuntu of another: its size is
 * added to the update it comes with. Of another new package it is not known which update wants it, and the sum is short of it.
 */
const addNewPackages = (
  updates: ReadonlyMap<string, Update>,
  news: readonly SimulatedInstall[],
  offers: readonly Offer[],
): void => {
  for (const item of new Map(news.map(each => [`${each.name}:${each.arch}`, each])).values()) {
    const source = sourceOf(offers, item);
    const bytes = bytesOf(offers, item);
    const fits = (update: Update): boolean =>
      update.source === source.name && update.sourceVersion === source.version;
    const all = [...updates.values()];
    const brings = all.find(fits) ?? all.find(update => isKernel(update.source) && isKernel(source.name));
    if (brings?.bytes !== undefined && bytes !== undefined) brings.bytes += bytes;
  }
};

const isKernel = (source: string): boolean => /^linux(-|$)/.test(source);

const readOffers = (lines: readonly string[]): Offer[] => {
  const offers: Offer[] = [];
  for (const line of lines) {
    const [key, value = ''] = line.split(': ', 2);
    if (key === 'Package')
      offers.push({name: value, arch: '', version: '', source: undefined, bytes: Number.NaN});
    const offer = offers.at(-1);
    if (offer === undefined) continue;
    if (key === 'Version') offer.version = value;
    else if (key === 'Architecture') offer.arch = value;
    else if (key === 'Source') offer.source = value;
    else if (key === 'Size' && /^\d{1,15}$/.test(value)) offer.bytes = Number(value);
  }
  return offers;
};

const readPolicy = (lines: readonly string[]): {name: string; installed: string; candidate: string}[] => {
  const items: {name: string; installed: string; candidate: string}[] = [];
  let item = {name: '', installed: '', candidate: ''};
  for (const line of lines) {
    const name = /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9]+)?:$/.exec(line)?.[1];
    if (name !== undefined) items.push((item = {name, installed: '', candidate: ''}));
    item.installed = /^ {2}Installed: (\S+)$/.exec(line)?.[1] ?? item.installed;
    item.candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1] ?? item.candidate;
  }
  return items.filter(
    entry => entry.installed !== '' && entry.candidate !== '' && !entry.installed.startsWith('('),
  );
};
