import type {Engine} from '../src/engine/interface.ts';
import type {FindingState} from '../src/model/advisory.ts';
import type {HoleOnHost} from '../src/model/hole.ts';
import {hasCode, PatchdeckError} from '../src/model/error.ts';
import {stateWords} from '../src/model/hole-words.ts';
import type {Ranking} from '../src/model/patch.ts';
import {choose} from '../src/policy/select.ts';

/**
 * The patches that close a vulnerability. Where none does and it is known to be open, throws `fix.no-update`, which says on which hosts
 * and what is to be done there; where nothing is known of it, `plan.no-match`.
 */
export const patchesAgainst = async (
  engine: Pick<Engine, 'holes'>,
  ranking: Ranking,
  cve: string,
): Promise<string[]> => {
  try {
    return choose(ranking, {cves: [cve]});
  } catch (error) {
    if (!hasCode(error, 'plan.no-match')) throw error;
    const {holes} = await engine.holes({cve});
    // One that only waits for an update is kept back: what keeps it is in the error.
    const open = holes.filter(({state}) => state !== 'fix-pending');
    if (open.length === 0) throw error;
    throw new PatchdeckError(
      'input',
      'fix.no-update',
      `no pending update closes ${cve}, and it is open: ${openWords(open)}; nothing was chosen`,
      nextOf(open),
      {cause: error},
    );
  }
};

const openWords = (open: readonly HoleOnHost[]): string =>
  [...Map.groupBy(open, ({state}) => state)]
    .map(([state, holes]) => `on ${named([...new Set(holes.map(({host}) => host))])}: ${stateWords[state]}`)
    .join('; ');

const named = (hosts: readonly string[]): string =>
  `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;

const steps: Partial<Record<FindingState, string>> = {
  'not-booted': 'plan a run that only reboots (`patchdeck plan --reboot when-needed`)',
  'fix-elsewhere': "look at the hosts' package sources, which do not offer the fixed version",
  'needs-subscription': 'attach the hosts to the subscription that has the fix',
  'end-of-life': 'plan the upgrade of the release',
};

const nextOf = (open: readonly HoleOnHost[]): string => {
  const told = [...new Set(open.map(({state}) => state))].map(
    state => steps[state] ?? 'mitigate it, with an exception in the policy that names who answers for it',
  );
  return [...new Set(told)].join('; ');
};
