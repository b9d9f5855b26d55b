import {stageNames} from '../../src/model/phase.ts';
import {open, submit} from '../deed.ts';
import {unproven} from '../../src/record/gates.ts';
import type {HostRecord, RunState} from '../../src/record/state.ts';
import {namesOf} from '../words.ts';
import type {Binding, Context} from './binding.ts';
import {refuseSignOff} from '../../src/record/sign-off.ts';
import {gateNow, withKeys} from '../gates-now.ts';
import {reasonField} from './hosts.ts';
import {runningStage} from '../stage-now.ts';
import {prioritizeScreens} from '../screens/screen-id.ts';
import {noRun, whyNot} from './starting.ts';
import {planName, testLayer} from './summaries.ts';
import {hostNames, targetHosts} from './targets.ts';

/** What begins, judges and ends the stages. */
export const stageBindings: readonly Binding[] = [
  {
    id: 'scan',
    keys: ['b'],
    title: 'begin the scan of all hosts',
    hint: c => (gateNow(c.state, 'prioritize') === undefined ? undefined : 'begin scan'),
    tier: 'safe',
    where: ['identify'],
    changes: true,
    disabled: c => whyNot(c, 'identify'),
    deed: ({state: {shallow}}) =>
      submit('the scan has started', {
        type: 'start',
        stage: 'identify',
        ...(shallow === undefined ? {} : {shallow}),
      }),
  },
  {
    id: 'scan-again',
    keys: ['r'],
    title: 'scan the selected hosts, or the one under the cursor, again, and whole',
    hint: 'rescan',
    tier: 'safe',
    where: ['identify'],
    changes: true,
    disabled: c =>
      whyNot(c, 'identify') ??
      (targetHosts(c, () => true).length === 0 ? 'there is no host to ask' : undefined),
    deed: c =>
      submit('asking again', {
        type: 'start',
        stage: 'identify',
        hosts: hostNames(targetHosts(c, () => true)),
      }),
  },
  {
    id: 'rank',
    keys: ['b'],
    title: 'begin: rank what is pending',
    hint: c => (c.state.engine.run?.run.ranking === undefined ? 'begin ranking' : undefined),
    tier: 'safe',
    where: prioritizeScreens,
    changes: true,
    disabled: c => whyNot(c, 'prioritize'),
    deed: () => submit('ranking', {type: 'start', stage: 'prioritize'}),
  },
  {
    id: 'start-test',
    keys: ['T'],
    title: 'test the plan: check all hosts, change the canaries',
    hint: 'test',
    tier: 'live',
    where: ['test'],
    changes: true,
    disabled: c => whyNot(c, 'test'),
    deed: c => {
      const {run} = c.state.engine;
      return run === undefined ? {do: 'say', text: noRun} : open(testLayer(c.state, run));
    },
  },
  {
    id: 'sign-off',
    keys: ['o'],
    title: 'sign the stage off, with your name and a reason',
    hint: 'sign off',
    tier: 'confirm',
    where: ['test', 'verify'],
    changes: true,
    disabled: c => {
      const {run} = c.state.engine;
      if (run === undefined) return noRun;
      const {stage} = c.state.ui;
      const refusal = refuseSignOff(run, stage);
      if (refusal !== undefined) return `${refusal.what}. Next: ${withKeys(refusal.next)}`;
      const {signedOff} = run.run.stages[stage];
      return signedOff === undefined ? undefined : `${signedOff.name} has signed it off`;
    },
    deed: c => {
      const {stage} = c.state.ui;
      const record = c.state.engine.run?.run.stages[stage];
      return open({
        kind: 'form',
        title: `Sign ${stage} off`,
        lines: [
          `${stage} ended ${record?.status ?? ''}: ${record?.summary ?? ''}`,
          'Your name and reason go into the journal and the report.',
        ],
        fields: [{id: 'name', label: 'name', value: c.state.operator, most: 100}, reasonField],
        at: 1,
        then: values =>
          submit('signed off', {
            type: 'sign-off',
            stage,
            name: values['name'] ?? '',
            reason: values['reason'] ?? '',
          }),
      });
    },
  },
  {
    id: 'start-verify',
    keys: ['b'],
    title: 'begin: ask every planned host again',
    hint: c =>
      c.state.engine.run?.run.stages.verify.status === 'complete' && changedSince(c).length === 0
        ? undefined
        : 'begin verify',
    tier: 'safe',
    where: ['verify'],
    changes: true,
    disabled: c => whyNot(c, 'verify'),
    deed: () => submit('verifying', {type: 'start', stage: 'verify'}),
  },
  {
    id: 'close-run',
    keys: ['C'],
    title: 'close the run, with a reason',
    hint: 'close run',
    tier: 'confirm',
    where: ['verify'],
    changes: true,
    disabled: c => {
      if (c.state.engine.run === undefined) return noRun;
      if (c.state.engine.run.run.closed !== undefined) return 'the run is closed already';
      const running = runningStage(c.state);
      return running === undefined ? undefined : `${running} is running`;
    },
    deed: c => {
      const run = c.state.engine.run;
      return open({
        kind: 'form',
        title: `Close run ${run?.run.id ?? ''}, plan ${run === undefined ? '' : planName(run)}`,
        lines: [
          ...(run === undefined ? [] : unfinished(run)),
          'Nothing more can be done in a closed run; its report and its journal stay.',
        ],
        fields: [reasonField],
        at: 0,
        then: values =>
          open({
            kind: 'confirm',
            title: 'Close the run?',
            lines: ['It cannot be opened again.'],
            then: {
              ...submit('the run is closed', {type: 'close', reason: values['reason'] ?? ''}),
              meanwhile: 'closing the run: hosts are asked to let go of what is held off',
            },
          }),
      });
    },
  },
];

const changedSince = ({state}: Context): HostRecord[] =>
  state.engine.run === undefined ? [] : unproven(state.engine.run);

/** What a closed run leaves undone, a sentence each. */
const unfinished = (run: RunState): string[] => {
  const {stages} = run.run;
  const open = stageNames.filter(name => stages[name].status === 'not-started');
  const bad = stageNames.filter(name => !['not-started', 'complete'].includes(stages[name].status));
  const unsigned = (['test', 'verify'] as const).filter(
    name => stages[name].status === 'complete' && stages[name].signedOff === undefined,
  );
  const out = [...run.hosts.values()].filter(
    ({leftOut, phase, handedOver}) =>
      leftOut !== undefined || phase === 'skipped' || handedOver !== undefined,
  );
  const changed = stages.verify.status === 'complete' ? unproven(run) : [];
  const words = [
    ...(changed.length === 0 ? [] : [`Changed since the proof: ${namesOf(hostNames(changed), 6)}.`]),
    ...(open.length === 0 ? [] : [`Never begun: ${open.join(', ')}.`]),
    ...bad.map(name => `${name} ended ${stages[name].status}: ${stages[name].summary}.`),
    ...(unsigned.length === 0 ? [] : [`Not signed off: ${unsigned.join(', ')}.`]),
    ...(out.length === 0 ? [] : [`Not patched or handed over: ${namesOf(hostNames(out), 6)}.`]),
  ];
  return words.length === 0 ? ['All stages were run to their end and signed off.'] : words;
};
