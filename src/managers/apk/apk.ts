import {progressOf, type Progress} from '../../jobs/progress.ts';
import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {installedPackageSchema, type InstalledPackage} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {changedConfiguration} from './configuration.ts';
import {owners, room, shell} from './host.ts';
import {install, undo} from './install.ts';
import {pending} from './pending.ts';
import {foreign} from './policy.ts';
import {database, ofInstalled} from './shell.ts';
import {simulate, simulateStaged, simulateUndo} from './simulation.ts';
import {stage} from './staging.ts';
import {staged} from '../staging.ts';
import type {DistributionManager, Marks, RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readRefreshedAt} from '../refreshed-at.ts';

/**
 * `apk update` alone fetches nothing while its indexes are younger than four hours, and says OK (2.14): --update-cache makes it. It ends with
 * the number of repositories that are stale or not there, and warns of each.
 */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'apk.refresh',
      {},
      `
export LC_ALL=C
answer=$(apk --wait 60 --timeout 20 --update-cache update 2>&1); code=$?
printf '@@ code\\n%s\\n@@ failures\\n' "$code"
printf '%s\\n' "$answer" | grep -E '^(WARNING|ERROR): ' | head -n 20
cat /etc/apk/repositories /etc/apk/repositories.d/*.list /lib/apk/repositories.d/*.list 2>/dev/null | grep -q '^[^#[:space:]]' || echo '${noRepository}'
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('apk.refresh', raw);
    const failures = linesOf('apk.refresh', found, 'failures').map(line => cleanLine(line));
    return {fresh: wordOf('apk.refresh', found, 'code') === '0' && failures.length === 0, failures};
  },
};

/** An index that was looked for and found as it was has the time of that look. */
const lists: Probe<undefined, number | undefined> = {
  script: () =>
    defineScript(
      'apk.lists',
      {},
      `
echo '@@ refreshed'
for index in /etc/apk/cache/APKINDEX.*.tar.gz /var/cache/apk/APKINDEX.*.tar.gz; do
  [ ! -f "$index" ] || stat -c %Y "$index"
done | sort -n | tail -n 1
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readRefreshedAt('apk.lists', raw),
};

/**
 * A name is installed once, whatever its architecture, and an update may take it from one to none (`noarch`): all count as of the host's
 * own.
 */
const installed: Probe<undefined, InstalledPackage[]> = {
  script: () =>
    defineScript(
      'apk.installed',
      {},
      `
export LC_ALL=C
${database}
echo '@@ arch'; apk --print-arch
echo '@@ packages'
${ofInstalled('print P "\\t" V "\\t" o "\\t" f')}
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apk.installed', raw);
    const arch = wordOf('apk.installed', found, 'arch');
    return linesOf('apk.installed', found, 'packages').map(line => {
      const [name, version, origin, broken] = line.split('\t');
      const entry = installedPackageSchema.safeParse({
        manager: 'apk',
        name,
        version,
        source: origin === '' ? name : origin,
        sourceVersion: version,
        arch,
        status: broken === '' ? 'installed' : 'broken',
        settled: broken === '',
      });
      if (!entry.success) throw badAnswer('apk.installed', `"${cleanLine(line, 80)}" is no package`);
      return entry.data;
    });
  },
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'apk.marks',
      {},
      `
export LC_ALL=C
echo '@@ automatic'
${shell.automatic}
echo '@@ held'
${shell.held}
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apk.marks', raw);
    return {automatic: linesOf('apk.marks', found, 'automatic'), held: linesOf('apk.marks', found, 'held')};
  },
};

/** `(2/4) Upgrading libssl3 (3.3.0-r2 -> 3.3.2-r0)`, in apk 3 `( 2/14) ...`, and the staging job's own lines. */
const progress = (line: string): Progress | undefined => {
  const [, done, total, what] = /^\( *(\d+)\/(\d+)\) (.+)$/.exec(line) ?? [];
  if (what !== undefined && Number(total) > 0)
    return {percent: Math.min(100, (Number(done) * 100) / Number(total)), line: cleanLine(what, 80)};
  return line.startsWith('ERROR: ') ? {line: cleanLine(line, 80)} : progressOf(line);
};

/** apk-tools 2 and 3 on Alpine. Its shell is busybox's: what scripts use of other programs, busybox has. */
export const apk = {
  id: 'apk',
  proven: {
    by: 'doc',
    source: 'its manual pages (apk(8), apk-list(8), apk-policy(8), apk-world(5)) and sources',
    version: 'apk-tools 2.14.10 and 3.0.6',
    shown:
      'both built from these sources, with repositories made for them, in a root with busybox 1.35 alone; packages and indexes in the form of apk 2, none in that of apk 3 (Packages.adb)',
  },
  database: 'apk',
  words: {lock: "apk's lock", look: 'apk audit --system', mend: 'apk fix'},
  shell,
  refresh,
  lists,
  pending,
  installed,
  foreign,
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  stage,
  staged,
  install,
  undo,
  changedConfiguration,
  changelog: undefined,
  owners,
  progress,
} satisfies DistributionManager;
