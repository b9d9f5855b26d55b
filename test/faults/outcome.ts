import {expect} from 'vitest';
import {members} from '../../src/record/gates.ts';
import type {JobRecord, RunState} from '../../src/record/state.ts';

/** What a run came to, without ids and times: an undisturbed one and one that was disturbed have to be equal in it. */
export const outcomeOfRun = ({run, hosts}: RunState) => ({
  stages: Object.fromEntries(Object.entries(run.stages).map(([name, {status}]) => [name, status])),
  plan: run.plan?.changes,
  hosts: members({run, hosts}).map(({host, phase, troubles, leases, verified, planned}) => ({
    name: host.name,
    phase,
    troubles: troubles.map(({code}) => code),
    leases: leases.length,
    verified: verified?.good,
    changes: planned?.changes,
  })),
});

export const jobsOf = ({hosts}: RunState): JobRecord[] => [...hosts.values()].flatMap(record => record.jobs);

/** Every intent ended, and it is known with what; on each host one job of each kind did its work. */
export const expectIntentsKnown = (state: RunState): void => {
  const jobs = jobsOf(state);
  expect(jobs.filter(job => job.state !== 'ended' || job.outcome === undefined)).toEqual([]);
  const done = jobs.filter(job => job.outcome === 'ended').map(({host, kind}) => `${host} ${kind}`);
  expect(done.filter((name, index) => done.indexOf(name) !== index)).toEqual([]);
  expect(new Set(jobs.map(({id}) => id)).size).toBe(jobs.length);
};
