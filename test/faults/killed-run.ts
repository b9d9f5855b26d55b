import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {RunState} from '../../src/record/state.ts';
import {openRunOf, readRun} from '../../src/store/run-store.ts';
import {verifyRun} from '../../src/store/verify-run.ts';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {makePlace, type Place, type Started} from '../commands/program.ts';
import {killVariable, type Kill} from './kill-at.ts';
import {expectIntentsKnown, jobsOf, outcomeOfRun} from './outcome.ts';

const hostNames = ['api1', 'api2', 'cache1'] as const;

/** The commands of a whole run. All three hosts are canaries: they are upgraded at the same time. */
const commands = {
  scan: ['scan'],
  plan: ['plan', '--security', '--reboot', 'when-needed'],
  test: ['test', '--yes', '--sign-off', 'tester', '--reason', 'good'],
  deploy: ['deploy', '--yes'],
  verify: ['verify'],
};
type Name = keyof typeof commands;

export type KilledRun = {
  fleet: FaultyFleet;
  /** How the record stood when the program was dead. */
  left: RunState;
  /** Files in the directory of the run then, and when the run was over. */
  files: {left: string[]; after: string[]};
  /** What the same command said when it was given again. */
  said: string;
};

/** When the program is killed: by itself at a moment of its own, or by whoever is told that it was started. */
type When = {in: Name; kill?: Kill; started?: (program: Started, fleet: FaultyFleet) => void};

/**
 * A whole run of the real program on three hosts behind real SSH servers. It is killed with SIGKILL once, and the same command is given
 * again. What it came to is that of a run that nobody disturbed, and no job was started twice.
 */
export const runThatIsKilled = async (when: When): Promise<KilledRun> => {
  // Side by side: most of their time is waiting for the next look at a job.
  const [undisturbed, disturbed] = await Promise.all([wholeRun(undefined), wholeRun(when)]);
  expect(disturbed.outcome).toEqual(undisturbed.outcome);
  return disturbed.killed;
};

const wholeRun = async (when: When | undefined) => {
  const place = await makePlace();
  const fleet = await startFaultyFleet(place, hostNames, {canaries: hostNames});
  try {
    let left: RunState | undefined;
    let filesLeft: string[] = [];
    let said = '';
    for (const name of Object.keys(commands) as Name[]) {
      if (when?.in === name) {
        left = await killed(place, fleet, when);
        filesLeft = await filesOf(place);
      }
      const ended = await place.run(...commands[name], ...fleet.reach);
      expect({name, exit: ended.exit, stderr: ended.exit === 0 ? '' : ended.stderr}).toMatchObject({exit: 0});
      if (when?.in === name) said = ended.stderr;
    }
    const state = await stateOf(place);
    expectIntentsKnown(state);
    expect(await verifyRun(place.stateDir, state.run.id)).toMatchObject({broken: []});
    for (const {name, host} of fleet.hosts.values()) {
      const mine = jobsOf(state).filter(job => job.host === name && job.outcome === 'ended');
      expect([...host.jobs.keys(), ...host.ended.keys()].sort()).toEqual(mine.map(({id}) => id).sort());
    }
    const versions = [...fleet.hosts.values()].map(host => host.versions());
    return {
      outcome: {...outcomeOfRun(state), versions},
      killed: {fleet, left: left ?? state, files: {left: filesLeft, after: await filesOf(place)}, said},
    };
  } finally {
    await fleet.close();
    await place.remove();
  }
};

const killed = async (place: Place, fleet: FaultyFleet, when: When): Promise<RunState> => {
  const armed = {
    NODE_OPTIONS: `--import ${new URL('./kill-at.ts', import.meta.url).href}`,
    [killVariable]: JSON.stringify(when.kill),
  };
  const program = place.start([...commands[when.in], ...fleet.reach], {
    env: when.kill === undefined ? {} : armed,
  });
  when.started?.(program, fleet);
  const ended = await program.ended;
  expect([ended.exit, program.child.signalCode]).toEqual([null, 'SIGKILL']);
  return await stateOf(place);
};

const filesOf = async ({stateDir}: Place): Promise<string[]> =>
  await readdir(join(stateDir, 'runs'), {recursive: true});

const stateOf = async ({stateDir}: Place): Promise<RunState> => {
  const id = await openRunOf(stateDir);
  if (id === undefined) throw new Error('no run is open');
  return (await readRun(stateDir, id)).state;
};
