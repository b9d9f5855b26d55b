import {fixesIn} from '../advisories/changelog.ts';
import {changelogsSchema, type ReadChangelog} from '../model/changelog.ts';
import {rankingSchema} from '../model/patch.ts';
import type {Scan} from '../model/scan.ts';
import type {DraftPatch} from '../policy/group.ts';
import type {CveAnswer} from '../policy/rank.ts';
import {managerOn, readDocument, type RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {compareDpkg} from '../versions/dpkg.ts';

/** As many hosts are asked for one changelog, and as many packages are fetched on each, before it is called missing. */
const mostHosts = 3;
const mostPackages = 8;

/**
 * The CVE ids of each patch, from the changelog between the oldest version installed in the fleet and the candidate. Asked once per
 * package and version, on one host that has it; on another where that one has none to give. What was read is kept, and the next ranking
 * of the run takes it from there: the same scans give the same ranking, whatever hosts and mirrors have meanwhile. `file`: digest of
 * what was used; undefined when nothing was.
 */
export const readChangelogs = async (
  context: RunContext,
  drafts: readonly DraftPatch[],
  scans: readonly Scan[],
): Promise<{answers: Map<string, CveAnswer>; file: string | undefined}> => {
  const answers = new Map<string, CveAnswer>();
  const used = new Map<string, ReadChangelog>();
  const before = drafts.length === 0 ? new Map<string, ReadChangelog>() : await readBefore(context);
  const byHost = Map.groupBy(drafts, draft => draft.hosts[0] ?? '');
  await eachHostOfStage(context, [...byHost.keys()], async host => {
    for (const draft of byHost.get(host) ?? []) {
      const since = oldestSource(draft, scans);
      const key = keyOf({patch: draft.id, since});
      const answer = before.get(key) ?? (await readOne(context, draft, scans, since));
      answers.set(draft.id, answer);
      if ('missing' in answer) continue;
      const {cves, source, urgency = 'unknown'} = answer;
      used.set(key, {patch: draft.id, since, cves, source, urgency});
    }
  });
  if (used.size === 0) return {answers, file: undefined};
  const read = [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  return {answers, file: await context.put({v: 1, read})};
};

const keyOf = ({patch, since}: Pick<ReadChangelog, 'patch' | 'since'>): string => `${patch} ${since}`;

const readBefore = async (context: RunContext): Promise<Map<string, ReadChangelog>> => {
  const {ranking} = context.state().run;
  if (ranking === undefined) return new Map();
  const {changelogs} = await readDocument(context, ranking.file, rankingSchema);
  if (changelogs === undefined) return new Map();
  const {read} = await readDocument(context, changelogs, changelogsSchema);
  return new Map(read.map(item => [keyOf(item), item]));
};

const readOne = async (
  context: RunContext,
  draft: DraftPatch,
  scans: readonly Scan[],
  oldest: string,
): Promise<CveAnswer> => {
  let missing = 'no host could be asked for its changelog';
  for (const host of draft.hosts.slice(0, mostHosts)) {
    const {changelog} = managerOn(context, host, draft.manager);
    if (changelog === undefined) return {missing: `${draft.manager} gives no changelog of what is pending`};
    for (const wanted of packagesOf(draft, scans, host)) {
      context.signal({host, line: `reading the changelog of ${draft.source}`, at: context.now()});
      try {
        const text = await context.link(host).ask(changelog, wanted);
        const answer = text === '' ? {missing: 'its changelog could not be had'} : fixesIn(text, oldest);
        if ('cves' in answer) return answer;
        ({missing} = answer);
      } catch (error) {
        if (context.closing.aborted) throw error;
        missing = 'its changelog could not be read';
        break;
      }
    }
  }
  return {missing};
};

/**
 * What is pending of a patch on a host, the package with the name of its source first. Several are of use: packages of one source often
 * share their documentation by a link, and only one of them brings the text (openssh-client for openssh-server).
 */
const packagesOf = (
  draft: DraftPatch,
  scans: readonly Scan[],
  host: string,
): {name: string; version: string}[] => {
  const here = scans.find(scan => scan.host === host)?.updates ?? [];
  const pending = here.filter(
    ({manager, source, sourceVersion}) =>
      manager === draft.manager && source === draft.source && sourceVersion === draft.version,
  );
  const versions = new Map(pending.map(update => [update.name, update.candidate]));
  return [...versions]
    .map(([name, version]) => ({name, version}))
    .sort((a, b) => Number(b.name === draft.source) - Number(a.name === draft.source))
    .slice(0, mostPackages);
};

/** The oldest source version that is installed of what is pending: changelogs speak of source versions. */
const oldestSource = (draft: DraftPatch, scans: readonly Scan[]): string => {
  const names = new Set(draft.packages);
  const versions = scans
    .flatMap(scan => scan.installed)
    .filter(item => names.has(item.name) && item.manager === draft.manager && item.source === draft.source)
    .map(item => item.sourceVersion);
  return versions.sort(compareDpkg)[0] ?? '0';
};
