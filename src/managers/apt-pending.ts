import {badAnswer, linesOf, sections} from '../model/answer.ts';
import {updateSchema, type NotInstalledClass, type Update} from '../model/package.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {parseSimulation, type SimulatedInstall} from './apt-simulation.ts';
import type {Pending} from './manager.ts';

const verb = 'apt.pending';

/**
 * Pending updates by three simulations, each asking for more: the plain upgrade, the full one, the full one without holds. What
 * only a later one would install has a class. Works unprivileged and while dpkg is locked (Debug::NoLocking).
 */
export const pending: Probe<undefined, Pending> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
simulate() { apt-get -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=false "$@" 2>&1; }
plain=$(simulate --with-new-pkgs upgrade) || { printf '@@ refused\\n%s\\n@@ end\\n' "$plain"; return 0; }
full=$(simulate dist-upgrade)
unheld=$(simulate --ignore-hold dist-upgrade)
printf '@@ plain\\n%s\\n@@ full\\n%s\\n@@ unheld\\n%s\\n' "$plain" "$full" "$unheld"
echo '@@ held'; apt-mark showhold
names=$(printf '%s\\n%s\\n' "$plain" "$unheld" | awk '
  /^The following packages have been kept back:/ {on=1; next}
  /^The following upgrades have been deferred due to phasing:/ {on=1; next}
  /^[^ ]/ {on=0}
  on {for (i=1; i<=NF; i++) print $i}' | sort -u)
echo '@@ policy'; [ -z "$names" ] || apt-cache policy $names
echo '@@ sources'
wanted=$(printf '%s\\n' "$unheld" | sed -n 's/^Inst \\([^ ]*\\) .*(\\([^ ]*\\) .*/\\1=\\2/p' | sort -u)
[ -z "$wanted" ] || apt-cache show $wanted 2>/dev/null | grep -E '^(Package|Version|Source|Architecture):'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const refused = found.get('refused');
    if (refused !== undefined) throw badAnswer(verb, `apt-get refused: ${firstError(refused)}`);
    const part = (name: string): string[] => linesOf(verb, found, name);
    const plain = parseSimulation(verb, part('plain'));
    const full = parseSimulation(verb, part('full'));
    const unheld = parseSimulation(verb, part('unheld'));
    const held = new Set(part('held').map(line => line.trim()));
    const sources = readSources(part('sources'));
    const phased = new Set(plain.phased);
    const isHeld = (item: {name: string; arch: string}): boolean =>
      held.has(item.name) || held.has(`${item.name}:${item.arch}`);

    const updates = new Map<string, Update>();
    const add = (item: SimulatedInstall, why: NotInstalledClass | undefined): void => {
      const key = `${item.name}:${item.arch}`;
      if (item.from === null || updates.has(key)) return;
      const notInstalled = why ?? (isDistribution(item.origin) ? undefined : 'third-party');
      const source = sources.get(`${item.name}=${item.to}`) ?? {name: item.name, version: item.to};
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
          security: isSecurity(item.origin),
          ...(notInstalled === undefined ? {} : {notInstalled}),
        }),
      );
    };
    plain.installs.forEach(item => add(item, undefined));
    full.installs.forEach(item => add(item, 'needs-new-or-removed'));
    unheld.installs.forEach(item => add(item, isHeld(item) ? 'held' : 'needs-new-or-removed'));
    const simulated = new Set([...updates.values()].map(update => update.name));
    for (const item of readPolicy(part('policy'))) {
      if (simulated.has(item.name) || item.installed === item.candidate) continue;
      const why = held.has(item.name) ? 'held' : phased.has(item.name) ? 'phased' : 'broken-dependency';
      add(
        {name: item.name, arch: 'unknown', from: item.installed, to: item.candidate, origin: 'unknown'},
        why,
      );
    }
    return [...updates.values()];
  },
};

/** Label `Debian-Security`, a suite that ends in `-security` (Debian 12 reads `oldstable-security` now), or Ubuntu's ESM. */
export const isSecurity = (origin: string): boolean =>
  /(^|, )Debian-Security:|-security(,|$)|UbuntuESM/.test(origin);

const isDistribution = (origin: string): boolean =>
  /(^|, )(Debian|Debian-Security|Debian Backports|Ubuntu|UbuntuESM\w*):/.test(origin);

const firstError = (lines: readonly string[]): string =>
  lines.find(line => line.startsWith('E:')) ?? lines[0] ?? 'no reason given';

/** `Source: glibc (2.36-9)` or `Source: xz-utils`; absent when the source is named as the package. */
const readSources = (lines: readonly string[]): Map<string, {name: string; version: string}> => {
  const found = new Map<string, {name: string; version: string}>();
  let name = '';
  let version = '';
  let source: string | undefined;
  const flush = (): void => {
    if (name === '' || version === '') return;
    const match = /^(\S+)(?: \((\S+)\))?$/.exec(source ?? name);
    found.set(`${name}=${version}`, {name: match?.[1] ?? name, version: match?.[2] ?? version});
  };
  for (const line of lines) {
    const [key, value = ''] = line.split(': ', 2);
    if (key === 'Package') {
      flush();
      [name, version, source] = [value, '', undefined];
    } else if (key === 'Version') version = value;
    else if (key === 'Source') source = value;
  }
  flush();
  return found;
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
