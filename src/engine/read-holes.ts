import {findingsSchema} from '../model/advisory.ts';
import type {HoleAnswer, HoleQuestion} from '../model/hole.ts';
import {PatchdeckError} from '../model/error.ts';
import {rankingSchema} from '../model/patch.ts';
import {members} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';
import {holesWhere} from '../report/holes.ts';

/**
 * Answers from the files of a run's ranking. They are read here, in the engine's thread: on a large fleet they are larger than a console
 * could read between two frames. Throws `ranking.none`.
 */
export const readHoles = async (
  state: RunState | undefined,
  read: (digest: string) => Promise<Uint8Array>,
  question: HoleQuestion,
): Promise<HoleAnswer> => {
  const file = state?.run.ranking?.file;
  if (state === undefined || file === undefined) throw nothingRanked();
  const json = async (digest: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(digest)));
  const ranking = rankingSchema.parse(await json(file));
  const findings =
    ranking.findings === undefined ? undefined : findingsSchema.parse(await json(ranking.findings));
  const taking = members(state);
  return holesWhere(
    {
      ranking,
      findings,
      hosts: taking.map(({host}) => host.name),
      scanned: new Set(taking.filter(({scan}) => scan !== undefined).map(({host}) => host.name)),
    },
    question,
  );
};

const nothingRanked = (): PatchdeckError =>
  new PatchdeckError(
    'input',
    'ranking.none',
    'nothing was ranked yet, so no vulnerability is known; nothing was looked for',
    'rank what is pending with `patchdeck plan`',
  );
