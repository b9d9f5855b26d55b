import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {updateSchema, type NotInstalledClass} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {printOffers} from './host.ts';
import {isDistributionOf, readPolicy, type Policy} from './policy.ts';
import {parseChanges, refusalOf} from './simulation.ts';
import {tagged} from './shell.ts';
import type {Pending} from '../manager.ts';

const verb = 'apk.pending';

/**
 * Pending updates. One update that cannot be installed makes `apk upgrade` refuse all; so all are asked for at once, and where that is
 * refused, or would take packages away, each alone. What the world constrains is asked for without the newer version: whether it comes
 * all the same says whether it is held.
 */
export const pending: Probe<undefined, Pending> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C${tagged}
upgradable=$(apk list --upgradable 2>/dev/null)
printf '@@ upgradable\\n%s\\n' "$upgradable"
words=$(printf '%s\\n' "$upgradable" | sed -n 's/^\\(.*\\)-\\([0-9][^- ]*\\(-r[0-9]*\\)\\{0,1\\}\\) .* \\[upgradable from: .*\\]$/\\1=\\2/p' | awk -F= '{word[$1] = $0} END {for (name in word) print word[name]}' | sort)
constrained=$(printf '%s\\n' "$words" | awk 'FILENAME ~ /world$/ {name = $0; sub(/[@<>=~].*/, "", name); if ($0 ~ /[<>=~]/) on[name] = 1; next} {name = $0; sub(/=.*/, "", name); if (name in on) print name}' /etc/apk/world -)
free=$(printf '%s\\n' "$words" | awk -v names="$constrained" 'BEGIN {n = split(names, list, "\\n"); for (i = 1; i <= n; i++) skip[list[i]] = 1} {name = $0; sub(/=.*/, "", name); if (name != "" && !(name in skip)) print}')
echo '@@ constrained'
[ -z "$constrained" ] || { printf '%s\\n' "$constrained"; apk upgrade --simulate $constrained 2>&1; }
all=$([ -z "$free" ] || apk add --simulate $(tagged "$free") 2>&1); code=$?
printf '@@ all\\n%s\\n@@ code\\n%s\\n@@ each\\n' "$all" "$code"
if [ $code -ne 0 ] || printf '%s\\n' "$all" | grep -q ') Purging '; then
  for word in $(tagged "$free"); do
    answer=$(apk add --simulate "$word" 2>&1); code=$?
    printf '== %s %s\\n%s\\n' "$code" "$word" "$answer"
  done
fi
names=$(printf '%s\\n' "$words" | sed 's/=.*//')
echo '@@ policy'; apk policy alpine-baselayout $names 2>/dev/null
echo '@@ offers'
{ printf '%s\\n@@\\n' "$words"; ${printOffers}
} | awk -F'\\t' '$0 == "@@" {offers = 1; next} !offers {wanted[$0] = 1; next} ($1 "=" $2) in wanted'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const part = (name: string): string[] => linesOf(verb, found, name);
    const policy = readPolicy(part('policy'));
    const isDistribution = isDistributionOf(policy);
    const singles = readSingles(part('each'));
    const taken = new Set(
      parseChanges(verb, part('constrained')).flatMap(({name, to}) => (to === null ? [] : [`${name}=${to}`])),
    );
    const constrained = new Set(part('constrained').filter(line => !/\s/.test(line)));
    const refused = refusalOf(part('all'), wordOf(verb, found, 'code')) !== undefined;
    if (refused && singles.size === 0) throw badAnswer(verb, 'apk refuses, and not for one of the updates');
    const sizes = new Map(
      part('offers').map(line => {
        const [name = '', version = '', bytes = ''] = line.split('\t');
        return [`${name}=${version}`, bytes];
      }),
    );
    const updates = new Map<string, Pending[number]>();
    for (const {name, installed, candidate, arch, source} of part('upgradable').map(readUpgradable)) {
      const word = `${name}=${candidate}`;
      const origin = originOf(policy, name, candidate);
      const bytes = sizes.get(word) ?? '';
      const why: NotInstalledClass | undefined =
        constrained.has(name) && !taken.has(word)
          ? 'held'
          : (singles.get(word) ?? (isDistribution(origin) ? undefined : 'third-party'));
      // Of several newer versions apk names the newest last.
      updates.set(
        name,
        updateSchema.parse({
          manager: 'apk',
          name,
          arch,
          installed,
          candidate,
          source,
          sourceVersion: candidate,
          origin: origin ?? 'unknown',
          // Alpine's indexes say nothing of it; its records of fixed versions do, and they are a feed.
          security: null,
          ...(/^\d{1,15}$/.test(bytes) ? {bytes: Number(bytes)} : {}),
          ...(why === undefined ? {} : {notInstalled: why}),
        }),
      );
    }
    return [...updates.values()];
  },
};

type Upgradable = {name: string; installed: string; candidate: string; arch: string; source: string};

// `busybox-extras-1.36.1-r7 x86_64 {busybox} (GPL-2.0-only) [upgradable from: busybox-extras-1.36.1-r5]`
const upgradableLine = /^(\S+) (\S+) \{(\S+)\} \(.*\) \[upgradable from: (\S+)\]$/;
const nameAndVersion = /^(.+)-(\d[^-]*(?:-r\d+)?)$/;

const readUpgradable = (line: string): Upgradable => {
  const [, offer = '', arch, source, here = ''] = upgradableLine.exec(line) ?? [];
  const [, name, candidate] = nameAndVersion.exec(offer) ?? [];
  const [, same, installed] = nameAndVersion.exec(here) ?? [];
  if (
    name === undefined ||
    candidate === undefined ||
    installed === undefined ||
    name !== same ||
    arch === undefined ||
    source === undefined
  )
    throw badAnswer(verb, `"${cleanLine(line, 80)}" is no update`);
  return {name, installed, candidate, arch, source};
};

/** What keeps an update back that was asked for alone, by `NAME=VERSION`. */
const readSingles = (lines: readonly string[]): Map<string, NotInstalledClass | undefined> => {
  const answers = new Map<string, {code: string; lines: string[]}>();
  let answer: {code: string; lines: string[]} | undefined;
  for (const line of lines) {
    const [, code, word] = /^== (\d+) (\S+)$/.exec(line) ?? [];
    if (code !== undefined && word !== undefined)
      answers.set(word.replace(/@[^=]*/, ''), (answer = {code, lines: []}));
    else answer?.lines.push(line);
  }
  return new Map(
    [...answers].map(([word, {code, lines: said}]) => {
      if (refusalOf(said, code) === undefined)
        return [
          word,
          parseChanges(verb, said).some(({to}) => to === null) ? 'needs-new-or-removed' : undefined,
        ];
      // It cannot come beside something else that the world wants: that has to go first. Or what it needs is nowhere.
      const isInTheWay = said.some(line => /^\s+breaks: .*\[!/.test(line));
      return [word, isInTheWay ? 'needs-new-or-removed' : 'broken-dependency'];
    }),
  );
};

const originOf = (policy: Policy, name: string, version: string): string | undefined =>
  policy.get(name)?.find(entry => entry.version === version)?.repositories[0];
