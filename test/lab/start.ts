import {PatchdeckError} from '../../src/model/error.ts';
import {boot, killGroup} from './boot.ts';
import {enter} from './enter.ts';
import {layOut} from './lay-out.ts';
import {lowerOf, makeLayer} from './layer.ts';
import {makeUpOf} from './make-up.ts';
import {hostName, machineName} from './network.ts';
import type {LabPaths} from './paths.ts';
import {leaderOf} from './processes.ts';
import {waitReady} from './ready.ts';
import {writeState, type HostRecord, type LabState} from './state.ts';

/** Boots a fresh system and notes its process at once, so that `down` finds it whatever comes next. */
export const start = async (paths: LabPaths, state: LabState, host: HostRecord): Promise<void> => {
  await killGroup(machineName(host.number));
  await layOut(paths, host.number);
  host.layer = await makeLayer(paths, makeUpOf(host));
  host.keeper = await boot(paths, host.number, [host.layer, ...lowerOf(paths, makeUpOf(host))]);
  await writeState(paths, state);
};

/** Waits until the host is up and has read the mirror's lists, as a host that has been there for a while has. */
export const settle = async (paths: LabPaths, {number, keeper}: HostRecord): Promise<void> => {
  if (keeper === undefined) return;
  await waitReady(paths, number, keeper);
  const leader = leaderOf(keeper);
  const update = leader && (await enter(leader, 'apt-get -qq --error-on=any update', {timeoutMs: 60_000}));
  if (update?.code !== 0)
    throw new PatchdeckError(
      'outside',
      'lab.mirror',
      `${hostName(number)} cannot read the mirror: ${update?.stderr.trim() ?? 'it went away'}`,
      `Read ${paths.mirrorLog}`,
    );
};
