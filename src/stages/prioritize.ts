import {fixesIn} from '../advisories/changelog.ts';
import type {Knowledge} from '../advisories/knowledge.ts';
import {compareDpkg} from '../versions/dpkg.ts';
import type {Scan} from '../model/scan.ts';
import {groupPatches, type DraftPatch} from '../policy/group.ts';
import {rankPatches, type CveAnswer} from '../policy/rank.ts';
import {members} from '../record/gates.ts';
import type {RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {findHoles, type Holes} from './find-holes.ts';

/** What prioritize knows besides the scans. */
export type RankInputs = {
  knowledge: Knowledge;
  /** Patch ids never to install again, with the reason. */ blocked: ReadonlyMap<string, string>;
  /** The time that ages and due dates are counted from, milliseconds since 1970; default: the clock. */
  now?: number | undefined;
};

/** Ranks what is pending, each patch with its reason. Choosing and locking are the operator's. */
export const prioritize = async (context: RunContext, inputs: RankInputs): Promise<void> => {
  await context.record({type: 'stage.started', data: {stage: 'prioritize'}});
  const taking = members(context.state());
  const files = taking.flatMap(({scan}) => (scan === undefined ? [] : [scan.file]));
  const timed = inputs.now === undefined ? context : {...context, now: () => inputs.now ?? 0};
  const {scans, holes} = await findHoles(timed, files, inputs.knowledge);
  const drafts = groupPatches(scans);
  const answers = await answersOf(context, drafts, scans, holes);
  const {threatOf, about} = await holes.assess(answers);
  const ranking = {
    ...rankPatches(drafts, {
      hosts: taking.map(record => record.host),
      kev: inputs.knowledge.kev,
      cvesOf: id => answers.get(id) ?? {missing: 'its changelog could not be read'},
      blocked: inputs.blocked,
      now: timed.now(),
      threatOf,
      feedInputs: holes.feedInputs,
    }),
    ...about,
  };
  const file = await context.put(ranking);
  await context.record({type: 'patches.ranked', data: {file, count: ranking.patches.length}});
  const exploited = ranking.patches.filter(patch => patch.exploited.length > 0).length;
  const summary = `${ranking.patches.length} patches ranked, ${exploited} exploited in the wild`;
  await context.record({type: 'stage.ended', data: {stage: 'prioritize', outcome: 'complete', summary}});
};

/** By the records of the distribution; where they do not say, by the changelog. */
const answersOf = async (
  context: RunContext,
  drafts: readonly DraftPatch[],
  scans: readonly Scan[],
  holes: Holes,
): Promise<Map<string, CveAnswer>> => {
  const recorded = new Map(drafts.map(draft => [draft.id, holes.answerOf(draft)]));
  const read = await readChangelogs(
    context,
    drafts.filter(({id}) => recorded.get(id) === undefined),
    scans,
  );
  for (const [id, answer] of recorded) if (answer !== undefined) read.set(id, answer);
  return read;
};

/**
 * The CVE ids of each patch, from the changelog between the oldest version installed in the fleet and the candidate. Asked once per
 * package and version, on one host that has it.
 */
const readChangelogs = async (
  context: RunContext,
  drafts: readonly DraftPatch[],
  scans: readonly Scan[],
): Promise<Map<string, CveAnswer>> => {
  const answers = new Map<string, CveAnswer>();
  const byHost = Map.groupBy(drafts, draft => draft.hosts[0] ?? '');
  await eachHostOfStage(context, [...byHost.keys()], async host => {
    for (const draft of byHost.get(host) ?? []) {
      context.signal({host, line: `reading the changelog of ${draft.source}`, at: context.now()});
      answers.set(draft.id, await readChangelog(context, host, draft, scans));
    }
  });
  return answers;
};

const readChangelog = async (
  context: RunContext,
  host: string,
  draft: DraftPatch,
  scans: readonly Scan[],
): Promise<CveAnswer> => {
  const pending = scans
    .flatMap(scan => scan.updates)
    .filter(update => update.source === draft.source && update.sourceVersion === draft.version);
  const here = scans.find(scan => scan.host === host)?.updates ?? [];
  const asked = here.find(update => pending.includes(update));
  if (asked === undefined) return {missing: 'no host could be asked for its changelog'};
  try {
    const text = await context
      .link(host)
      .ask(context.manager('apt').changelog, {name: asked.name, version: asked.candidate});
    if (text === '') return {missing: 'its changelog could not be had'};
    return fixesIn(text, oldestSource(pending, scans));
  } catch (error) {
    if (context.closing.aborted) throw error;
    return {missing: 'its changelog could not be read'};
  }
};

/** The oldest source version that is installed of what is pending: changelogs speak of source versions. */
const oldestSource = (pending: readonly Scan['updates'][number][], scans: readonly Scan[]): string => {
  const names = new Set(pending.map(update => update.name));
  const source = pending[0]?.source;
  const versions = scans
    .flatMap(scan => scan.installed)
    .filter(item => names.has(item.name) && item.source === source)
    .map(item => item.sourceVersion);
  return versions.sort(compareDpkg)[0] ?? '0';
};
