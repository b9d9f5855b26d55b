import {open, submit} from '../deed.ts';
import {goOn, pause, standingOf, stop} from '../standing.ts';
import {screenOf} from '../console-state.ts';
import {count, namesOf} from '../words.ts';
import {plannedHosts} from '../../src/record/gates.ts';
import type {Binding, Context} from './binding.ts';
import {reasonField} from './hosts.ts';
import {noRun, whyNot} from './starting.ts';
import {runningStage} from '../stage-now.ts';
import {deployLayer, isDeployable} from './summaries.ts';
import {hostNames, targetHosts, targetWords} from './targets.ts';

/** Deploying: what starts it, slows it down and shows how far it is. */
export const deployBindings: readonly Binding[] = [
  {
    id: 'accept-no-rollback',
    keys: ['N'],
    title: 'accept that a host has no way back',
    tier: 'confirm',
    where: ['test', 'deploy'],
    changes: true,
    disabled: c =>
      targetHosts(c, record => record.point?.grade === 'none' && record.rollbackAccepted === undefined)
        .length === 0
        ? 'only for a host whose way back is graded none'
        : undefined,
    deed: c => {
      const hosts = targetHosts(c, r => r.point?.grade === 'none' && r.rollbackAccepted === undefined);
      return open({
        kind: 'form',
        title: `Deploy ${count(hosts.length, 'host')} without a way back`,
        lines: [...targetWords(c, hosts), `Why there is none: ${hosts[0]?.point?.why ?? 'unknown'}`],
        fields: [reasonField],
        at: 0,
        then: values =>
          open({
            kind: 'confirm',
            title: `Accept no rollback for ${namesOf(hostNames(hosts), 6)}?`,
            lines: ['If their upgrade fails, this program cannot undo it.'],
            then: submit('accepted', {
              type: 'accept-no-rollback',
              hosts: hostNames(hosts),
              reason: values['reason'] ?? '',
            }),
          }),
      });
    },
  },
  {
    id: 'start-deploy',
    keys: ['D'],
    title: 'deploy the tested plan, all of it or the selected hosts',
    hint: 'deploy',
    tier: 'live',
    where: ['deploy'],
    changes: true,
    disabled: c =>
      whyNot(c, 'deploy') ??
      (screenOf(c.state.ui).selected.size > 0 && targetHosts(c, isDeployable).length === 0
        ? 'none of the selected hosts is left to deploy to (A selects none)'
        : isAllDone(c)
          ? 'every host of the plan is at its end. Next: verify (5, then b)'
          : undefined),
    deed: c => {
      const {run} = c.state.engine;
      if (run === undefined) return {do: 'say', text: noRun};
      const chosen = screenOf(c.state.ui).selected.size > 0 ? targetHosts(c, isDeployable) : [];
      return open(deployLayer(c, run, chosen));
    },
  },
  {
    id: 'pause',
    keys: ['p'],
    title: 'pause: nothing new starts; again: go on',
    hint: c => (standingOf(c.state) === 'paused' ? 'go on' : 'pause'),
    tier: 'safe',
    where: ['deploy'],
    changes: true,
    disabled: c => {
      const standing = standingOf(c.state);
      if (standing === undefined) return 'nothing is running';
      return standing === 'stopping' ? 'it is being stopped: start it again when it has ended' : undefined;
    },
    deed: c => (standingOf(c.state) === 'paused' ? goOn : pause(c.state)),
  },
  {
    id: 'after-wave',
    keys: ['w'],
    title: 'stop after this wave',
    hint: 'after wave',
    tier: 'safe',
    where: ['deploy'],
    changes: true,
    disabled: c => {
      if (runningStage(c.state) !== 'deploy') return 'no deploy is running';
      return standingOf(c.state) === 'stopping' ? 'it is being stopped already' : undefined;
    },
    deed: c => stop(c.state, 'after-wave'),
  },
  {
    id: 'waves',
    keys: ['m'],
    title: 'the waves: done, failed and left of each',
    tier: 'safe',
    where: ['deploy'],
    disabled: c => (c.state.engine.run?.run.plan === undefined ? 'no plan is locked' : undefined),
    deed: () => open({kind: 'waves'}),
  },
];

const isAllDone = ({state}: Context): boolean => {
  const {run} = state.engine;
  return run !== undefined && plannedHosts(run).every(record => !isDeployable(record));
};
