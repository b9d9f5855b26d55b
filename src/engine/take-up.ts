import type {LeaseRecord, RunState} from '../record/state.ts';
import {eachHost} from '../rollout/each-host.ts';
import {forgetJobs, hostsToTidy} from '../rollout/forget-jobs.ts';
import type {EngineCore} from './core.ts';
import {hostsToTell, tellEpoch} from './epoch.ts';
import {leftAtWork, resumeHosts} from './resume.ts';

/** After a console that went away: says what is left hanging, ends the stage it was in, and goes on with the hosts at work. */
export const takeUp = async (core: EngineCore): Promise<boolean> => {
  const opened = core.run();
  if (opened === undefined || opened.store.readOnly !== undefined) return false;
  const {context} = opened;
  const {run} = context.state();
  const stage = Object.entries(run.stages).find(([, record]) => record.status === 'running')?.[0];
  const working = leftAtWork(context);
  if (stage !== undefined) {
    const followed = working.length === 1 ? '1 host at work is' : `${working.length} hosts at work are`;
    const summary = `the console went away; ${followed} followed to the end`;
    await context.record({
      type: 'stage.ended',
      data: {stage: stage as keyof typeof run.stages, outcome: 'stopped', summary},
    });
    core.notice(`${stage} was interrupted: ${followed} followed to the end; start it again to go on`);
  }
  const untold = hostsToTell(context);
  if (untold.length > 0) {
    core.notice(
      `the run was taken over (epoch ${run.epoch ?? 1}): ${untold.length} hosts are asked before anything of it is believed`,
    );
  }
  const unforgotten = hostsToTidy(context, 'ended');
  if (untold.length + working.length + unforgotten.length > 0) {
    const told = tellEpoch(context, untold, text => core.notice(text));
    core.background(async () => {
      await told;
      await resumeHosts(context);
      await eachHost(context, unforgotten, host => forgetJobs(context, host));
    });
    // Comes after the turn above, in which hosts are at work again.
    core.takenUp = told.catch(() => undefined);
  }
  return stage !== undefined;
};

/**
 * What is held off on hosts while nobody works on them: the first thing that a resumed run shows. Past its time a lease has ended by itself.
 * `now` in milliseconds since 1970.
 */
export const leasesLeft = ({hosts, run}: RunState, now: number): string[] => {
  const running = Object.values(run.stages).some(stage => stage.status === 'running');
  const live = ({expires}: LeaseRecord): boolean => Date.parse(expires) > now;
  if (running) return [];
  const held = [...hosts.values()].flatMap(({host, leases}) =>
    leases.filter(live).map(lease => ({name: host.name, ...lease})),
  );
  return [...Map.groupBy(held, ({what}) => what)].map(([what, all]) => {
    const names = all.slice(0, 5).map(({name}) => name);
    const more = all.length > 5 ? ` and ${all.length - 5} more hosts` : '';
    const last = all.reduce((one, other) =>
      Date.parse(other.expires) > Date.parse(one.expires) ? other : one,
    );
    return `${what} on ${names.join(', ')}${more} until ${last.expires} at the latest (verify or close ends it)`;
  });
};
