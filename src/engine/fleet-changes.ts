import {describeError} from '../model/error.ts';
import type {RunState} from '../record/state.ts';
import {listRuns, readRun} from '../store/run-store.ts';
import type {EngineSettings} from './settings.ts';

/** How many earlier runs are looked at. */
const lookedAt = 3;
/** Names that a sentence lists. */
const mostNamed = 8;

/** What is to be said when a run begins: of the inventory's files, and of hosts that are new, gone or seldom reached. */
export const fleetNotices = async (
  stateDir: string,
  {inventory, hosts, notices = []}: NonNullable<EngineSettings['fleet']>,
): Promise<string[]> => {
  const earlier = await earlierRuns(stateDir, inventory.fleet);
  const names = inventory.hosts.map(host => host.name);
  return [...notices, ...earlier.notices, ...fleetChanges(names, hosts, earlier.runs)];
};

/** What the last closed runs of this fleet come to, newest first. Runs that cannot be read are left out and said. */
const earlierRuns = async (
  stateDir: string,
  fleet: string,
): Promise<{runs: RunState[]; notices: string[]}> => {
  const runs: RunState[] = [];
  const notices: string[] = [];
  for (const {id, mode, problem, ...run} of await listRuns(stateDir)) {
    if (runs.length === lookedAt) break;
    if (run.open || run.fleet !== fleet || mode !== 'live' || problem !== undefined) continue;
    try {
      runs.push((await readRun(stateDir, id)).state);
    } catch (error) {
      notices.push(`run ${id} could not be read, so its hosts are not compared: ${describeError(error)}`);
    }
  }
  return {runs, notices};
};

/**
 * Says which hosts are new, gone, or seldom reached, from earlier runs of the fleet (newest first). New is who was in none of them;
 * gone is who was in the newest and is not in the inventory; seldom reached is who did not answer in most of those it was in.
 */
export const fleetChanges = (
  inventory: readonly string[],
  taking: readonly string[],
  earlier: readonly RunState[],
): string[] => {
  const [last] = earlier;
  if (last === undefined) return [];
  const there = new Set(inventory);
  const seen = new Set(earlier.flatMap(({hosts}) => [...hosts.keys()]));
  const fresh = taking.filter(host => !seen.has(host));
  const gone = [...last.hosts.keys()].filter(host => !there.has(host));
  const silent = taking.flatMap(host => {
    const was = earlier.flatMap(({hosts}) => hosts.get(host) ?? []);
    const reached = was.filter(record => record.scan !== undefined).length;
    return was.length > 1 && reached * 2 < was.length
      ? [`${host} answered in ${reached} of the last ${was.length} runs it was in`]
      : [];
  });
  return [
    ...(fresh.length === 0 ? [] : [`new since the earlier runs of this fleet: ${named(fresh)}`]),
    ...(gone.length === 0 ? [] : [`in run ${last.run.id} and not in the inventory any more: ${named(gone)}`]),
    ...(silent.length === 0
      ? []
      : [
          `seldom reached: ${silent.slice(0, mostNamed).join('; ')}${silent.length > mostNamed ? ` and ${silent.length - mostNamed} more` : ''}`,
        ]),
  ];
};

const named = (hosts: readonly string[]): string =>
  hosts.length <= mostNamed
    ? hosts.join(', ')
    : `${hosts.slice(0, mostNamed).join(', ')} and ${hosts.length - mostNamed} more`;
