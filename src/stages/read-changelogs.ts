import {fixesIn} from '../advisories/changelog.ts';
import type {Scan} from '../model/scan.ts';
import type {DraftPatch} from '../policy/group.ts';
import type {CveAnswer} from '../policy/rank.ts';
import {managerOn, type RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {compareDpkg} from '../versions/dpkg.ts';

/** As many hosts are asked for one changelog, and as many packages are fetched on each, before it is called missing. */
const mostHosts = 3;
const mostPackages = 8;

/**
 * The CVE ids of each patch, from the changelog between the oldest version installed in the fleet and the candidate. Asked once per
 * package and version, on one host that has it; on another where that one has none to give.
 */
export const readChangelogs = async (
  context: RunContext,
  drafts: readonly DraftPatch[],
  scans: readonly Scan[],
): Promise<Map<string, CveAnswer>> => {
  const answers = new Map<string, CveAnswer>();
  const byHost = Map.groupBy(drafts, draft => draft.hosts[0] ?? '');
  await eachHostOfStage(context, [...byHost.keys()], async host => {
    for (const draft of byHost.get(host) ?? []) answers.set(draft.id, await readOne(context, draft, scans));
  });
  return answers;
};

const readOne = async (
  context: RunContext,
  draft: DraftPatch,
  scans: readonly Scan[],
): Promise<CveAnswer> => {
  const oldest = oldestSource(draft, scans);
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
