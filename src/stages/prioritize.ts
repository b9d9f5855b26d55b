import type {Knowledge} from '../advisories/knowledge.ts';
import type {Scan} from '../model/scan.ts';
import {groupPatches, type DraftPatch} from '../policy/group.ts';
import {rankPatches, type CveAnswer} from '../policy/rank.ts';
import {answerOfRepository} from '../policy/repository-answer.ts';
import {members} from '../record/gates.ts';
import type {RunContext} from '../rollout/context.ts';
import {findHoles, type Holes} from './find-holes.ts';
import {readChangelogs} from './read-changelogs.ts';

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
  const {answers, changelogs} = await answersOf(context, drafts, scans, holes);
  const {threatOf, about} = await holes.assess(drafts, answers);
  const ranking = {
    ...rankPatches(drafts, {
      hosts: taking.map(record => record.host),
      kev: inputs.knowledge.kev,
      cvesOf: id => answers.get(id) ?? {missing: 'its changelog could not be read'},
      blocked: inputs.blocked,
      now: timed.now(),
      threatOf,
      feedInputs: [...holes.feedInputs, ...shallowInput(scans)],
    }),
    ...about,
    ...(changelogs === undefined ? {} : {changelogs}),
  };
  const file = await context.put(ranking);
  await context.record({type: 'patches.ranked', data: {file, count: ranking.patches.length}});
  const exploited = ranking.patches.filter(patch => patch.exploited.length > 0).length;
  const summary = `${ranking.patches.length} patches ranked, ${exploited} exploited in the wild`;
  await context.record({type: 'stage.ended', data: {stage: 'prioritize', outcome: 'complete', summary}});
};

/** What is pending there may be more than what is ranked. */
const shallowInput = (scans: readonly Scan[]): string[] => {
  const hosts = scans.filter(({depth}) => depth === 'shallow').map(({host}) => host);
  const named = `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;
  return hosts.length === 0 ? [] : [`scanned shallowly, so that more may be pending there: ${named}`];
};

/**
 * By the records of the distribution or the advisories of the repository, each with what the other names; where neither says all, by the
 * changelog and what they do say.
 */
const answersOf = async (
  context: RunContext,
  drafts: readonly DraftPatch[],
  scans: readonly Scan[],
  holes: Holes,
): Promise<{answers: Map<string, CveAnswer>; changelogs: string | undefined}> => {
  const recorded = new Map(
    drafts.map(draft => {
      const told = answerOfRepository(draft);
      const answer = holes.answerOf(draft) ?? told;
      const named = [...holes.hitsOf(draft), ...(told !== undefined && 'cves' in told ? told.cves : [])];
      return [draft.id, answer === undefined ? undefined : withHits(answer, named)];
    }),
  );
  const asked = drafts.filter(({id}) => recorded.get(id) === undefined);
  const {answers, file} = await readChangelogs(context, asked, scans);
  for (const draft of asked) {
    const answer = answers.get(draft.id);
    if (answer !== undefined) answers.set(draft.id, withHits(answer, holes.hitsOf(draft)));
  }
  for (const [id, answer] of recorded) if (answer !== undefined) answers.set(id, answer);
  return {answers, changelogs: file};
};

/** What records name stays named, though they may not name all. */
const withHits = (answer: CveAnswer, hits: readonly string[]): CveAnswer => {
  if (hits.length === 0) return answer;
  if ('missing' in answer) return {cves: [...hits], source: `old records, as ${answer.missing}`};
  return {...answer, cves: [...new Set([...answer.cves, ...hits])].sort()};
};
