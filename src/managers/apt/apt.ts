import {progressOf, type Progress} from '../../jobs/progress.ts';
import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine, decode} from '../../model/clean.ts';
import {installedPackageSchema, type InstalledPackage} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {changedConfiguration} from './configuration.ts';
import {install, undo} from './install.ts';
import {foreign} from './foreign.ts';
import {glance, pending} from './pending.ts';
import {refusals} from './refusals.ts';
import {simulate, simulateStaged, simulateUndo} from './simulation.ts';
import {stage} from './staging.ts';
import {staged} from '../staging.ts';
import {owners, room, shell} from './host.ts';
import type {DistributionManager, Marks, RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readRefreshedAt} from '../refreshed-at.ts';

/**
 * A dead repository makes `apt-get update` return 0 with warnings: --error-on=any (apt >= 2.1.16) and the warnings themselves are
 * both looked at. The lock of the lists has no timeout of its own and is retried for a minute.
 */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'apt.refresh',
      {},
      `
export LC_ALL=C
try=0
while :; do
  answer=$(apt-get -q --error-on=any -o Acquire::Retries=1 -o Acquire::http::Timeout=20 update 2>&1); code=$?
  case $answer in *'Could not get lock'*|*'Unable to lock'*) ;; *) break ;; esac
  [ $try -lt 20 ] || break
  try=$((try + 1)); sleep 3
done
printf '@@ code\\n%s\\n@@ failures\\n' "$code"
for kind in E W Err; do printf '%s\\n' "$answer" | grep "^$kind:"; done | head -n 100
[ -n "$(apt-get indextargets 2>/dev/null | head -n 1)" ] || echo '${noRepository}'
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('apt.refresh', raw);
    const whole = wordOf('apt.refresh', found, 'code') === '0';
    // Warnings of which the lists are none the worse: a repository without a signature on a file, a duplicate source line. And what was
    // tried in vain before it was found otherwise, or is not needed: each form of a file that an archive on the host itself may have.
    const failures = linesOf('apt.refresh', found, 'failures')
      .map(line => cleanLine(line))
      .filter(line => !/is configured multiple times|legacy trusted\.gpg/.test(line))
      .filter(line => !whole || !line.startsWith('Err:'));
    return {fresh: whole && failures.length === 0, failures};
  },
};

/** Every update works in `partial`, also one that finds all as it was; the lists themselves have the time of the repository. */
const lists: Probe<undefined, number | undefined> = {
  script: () =>
    defineScript(
      'apt.lists',
      {},
      `echo '@@ refreshed'; stat -c %Y /var/lib/apt/lists/partial 2>/dev/null; echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readRefreshedAt('apt.lists', raw),
};

const installed: Probe<undefined, InstalledPackage[]> = {
  script: () =>
    defineScript(
      'apt.installed',
      {},
      `
export LC_ALL=C
echo '@@ packages'
dpkg-query -W -f='\${Package}\\t\${Version}\\t\${source:Package}\\t\${source:Version}\\t\${Architecture}\\t\${db:Status-Abbrev}\\n'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw =>
    linesOf('apt.installed', sections('apt.installed', raw), 'packages').flatMap(line => {
      const [name, version, source, sourceVersion, arch, status] = line.split('\t');
      // Removed packages whose configuration stays (rc) have a version and are not installed.
      if (status === undefined || !/^.[^cn]/.test(status)) return [];
      const entry = installedPackageSchema.safeParse({
        manager: 'apt',
        name,
        version,
        source,
        sourceVersion,
        arch,
        status: status.trim(),
      });
      if (!entry.success) throw badAnswer('apt.installed', `"${cleanLine(line, 80)}" is no package`);
      return [entry.data];
    }),
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'apt.marks',
      {},
      `echo '@@ automatic'; apt-mark showauto; echo '@@ held'; apt-mark showhold; echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apt.marks', raw);
    return {automatic: linesOf('apt.marks', found, 'automatic'), held: linesOf('apt.marks', found, 'held')};
  },
};

/** From the candidate's own file: it needs no other server than the mirror that the host uses. */
const changelog: Probe<{name: string; version: string}, string> = {
  script: ({name, version}) =>
    defineScript(
      'apt.changelog',
      {name, version},
      `
export LC_ALL=C
work=$(mktemp -d) || return 1
cd "$work" || return 1
if apt-get -q download "$1=$2" >/dev/null 2>&1; then
  for file in *.deb; do
    dpkg-deb --fsys-tarfile "$file" | tar -xO --wildcards "./usr/share/doc/*/changelog.Debian*.gz" 2>/dev/null | gzip -dc 2>/dev/null > text
    [ -s text ] || dpkg-deb --fsys-tarfile "$file" | tar -xO --wildcards "./usr/share/doc/*/changelog.gz" 2>/dev/null | gzip -dc 2>/dev/null > text
  done
  echo '@@ changelog'; head -c 262144 text
else
  echo '@@ missing'
fi
printf '\\n@@ end\\n'
cd / && rm -rf "$work"`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apt.changelog', raw);
    return found.has('missing') ? '' : decode(raw).slice('@@ changelog\n'.length, -'\n@@ end\n'.length);
  },
};

/** `pmstatus:PKG:PCT:text` and `dlstatus:N:PCT:text` of APT::Status-Fd, and the staging job's own lines. */
const progress = (line: string): Progress | undefined => {
  const status = /^(?:pmstatus|dlstatus):([^:]*(?::[a-z0-9]+)?):([\d.]+):(.*)$/.exec(line);
  if (status !== null) return {percent: Number(status[2]), line: cleanLine(status[3] ?? '', 80)};
  const failure = /^pmerror:([^:]+(?::[a-z0-9]+)?):[\d.]+:(.*)$/.exec(line);
  if (failure !== null) return {line: cleanLine(`${failure[1] ?? ''}: ${failure[2] ?? ''}`, 80)};
  return progressOf(line);
};

/** apt on Debian and Ubuntu. Everything it is told to do, it is told with apt-get: the layout of apt is not stable. */
export const apt = {
  id: 'apt',
  proven: {
    by: 'lab',
    shown:
      "apt 2.6 of Debian 12 and 3.0 of Debian 13; Ubuntu's phasing and ESM by archives made for it, no host of Ubuntu's",
  },
  database: 'dpkg',
  words: {lock: "dpkg's lock", look: 'dpkg --audit', mend: 'dpkg --configure -a'},
  shell,
  refresh,
  lists,
  glance,
  pending,
  installed,
  foreign,
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  refusals,
  stage,
  staged,
  install,
  undo,
  changedConfiguration,
  changelog,
  owners,
  progress,
} satisfies DistributionManager;
