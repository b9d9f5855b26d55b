import type {HostRecord} from '../../src/record/state.ts';
import {open, submit} from '../deed.ts';
import {isActive} from '../screens/status.ts';
import {count} from '../words.ts';
import type {Binding, Context} from './binding.ts';
import {rollBackLayer} from './summaries.ts';
import {cursorOf, hostNames, needsTarget, targetHosts, targetWords} from './targets.ts';
import type {Deed, Field} from '../ui.ts';

export const reasonField: Field = {id: 'reason', label: 'reason', value: '', most: 300};

const page = (of: 'host' | 'log', host: string | undefined): Deed =>
  host === undefined
    ? {do: 'say', text: 'there is no host under the cursor'}
    : open({kind: 'page', page: {of, host}, top: of === 'log' ? undefined : 0});

/** What can be done with hosts on more than one screen. */
export const hostBindings: readonly Binding[] = [
  {
    id: 'open-host',
    keys: ['enter', 'i'],
    title: 'all that is known of the host',
    hint: 'details',
    tier: 'safe',
    where: ['identify', 'test', 'verify'],
    disabled: noHost,
    deed: c => page('host', cursorOf(c)),
  },
  {
    id: 'open-log',
    keys: ['enter', 'e'],
    title: 'log of the host, followed to its end',
    hint: 'log',
    tier: 'safe',
    where: ['deploy'],
    disabled: noHost,
    deed: c => page('log', cursorOf(c)),
  },
  {
    id: 'log',
    keys: ['e'],
    title: 'log of the host, followed to its end',
    tier: 'safe',
    where: ['test', 'verify'],
    disabled: noHost,
    deed: c => page('log', cursorOf(c)),
  },
  {
    id: 'deploy-host',
    keys: ['i'],
    title: 'all that is known of the host',
    tier: 'safe',
    where: ['deploy'],
    disabled: noHost,
    deed: c => page('host', cursorOf(c)),
  },
  {
    id: 'retry',
    keys: ['t'],
    title: 'try the host again',
    hint: 'retry',
    tier: 'confirm',
    where: ['test', 'deploy', 'verify'],
    changes: true,
    disabled: c => needsTarget(c, isOpen, 'only a host that failed or is unknown can be tried again'),
    deed: c => {
      const hosts = targetHosts(c, isOpen);
      return open({
        kind: 'confirm',
        title: `Try ${count(hosts.length, 'host')} again?`,
        lines: [
          ...targetWords(c, hosts),
          'What is installed already counts as done; the rest is checked and installed again.',
        ],
        then: submit('trying again', {type: 'retry', hosts: hostNames(hosts)}),
      });
    },
  },
  {
    id: 'skip',
    keys: ['x'],
    title: 'skip the host, with a reason',
    tier: 'confirm',
    where: ['test', 'deploy'],
    changes: true,
    disabled: c =>
      needsTarget(c, isUntouched, 'it was changed by this run: roll it back (R) or hand it over (h)'),
    deed: c => {
      const hosts = targetHosts(c, isUntouched);
      return open({
        kind: 'form',
        title: `Skip ${count(hosts.length, 'host')}`,
        lines: [...targetWords(c, hosts), 'Nothing more is done on them in this run; what was done stays.'],
        fields: [reasonField],
        at: 0,
        then: values =>
          submit('skipped', {type: 'skip', hosts: hostNames(hosts), reason: values['reason'] ?? ''}),
      });
    },
  },
  {
    id: 'leave-out',
    keys: ['l'],
    title: 'leave the host out of the run, with a reason',
    hint: 'leave out',
    tier: 'confirm',
    where: ['identify', 'test'],
    changes: true,
    disabled: c =>
      needsTarget(
        c,
        isTakingPart,
        'no host here takes part, or it was changed by this run: roll it back (R) first',
      ),
    deed: c => {
      const hosts = targetHosts(c, isTakingPart);
      return open({
        kind: 'form',
        title: `Leave ${count(hosts.length, 'host')} out of this run`,
        lines: [
          ...targetWords(c, hosts),
          'They stay as they are and are named in the report. This run cannot take them back in.',
        ],
        fields: [reasonField],
        at: 0,
        then: values =>
          submit('left out', {type: 'leave-out', hosts: hostNames(hosts), reason: values['reason'] ?? ''}),
      });
    },
  },
  {
    id: 'hand-over',
    keys: ['h'],
    title: 'hand an unknown host to a named owner',
    tier: 'confirm',
    where: ['deploy', 'verify'],
    changes: true,
    disabled: c => needsTarget(c, isOpen, 'only a host that is unknown or failed is handed over'),
    deed: c => {
      const hosts = targetHosts(c, isOpen);
      return open({
        kind: 'form',
        title: `Hand ${count(hosts.length, 'host')} over`,
        lines: [...targetWords(c, hosts), 'The run no longer waits for them; the owner looks at each.'],
        fields: [{id: 'owner', label: 'owner', value: hosts[0]?.host.owner ?? '', most: 100}, reasonField],
        at: 0,
        then: values =>
          submit('handed over', {
            type: 'hand-over',
            hosts: hostNames(hosts),
            owner: values['owner'] ?? '',
            reason: values['reason'] ?? '',
          }),
      });
    },
  },
  {
    id: 'roll-back',
    keys: ['R'],
    title: 'roll the host back to its rollback point',
    hint: 'roll back',
    tier: 'live',
    where: ['test', 'deploy', 'verify'],
    changes: true,
    disabled: c => needsTarget(c, canGoBack, 'this run changed nothing here that could be rolled back'),
    deed: c => {
      const hosts = targetHosts(c, canGoBack);
      return open({
        kind: 'form',
        title: `Roll ${count(hosts.length, 'host')} back: why?`,
        lines: targetWords(c, hosts),
        fields: [reasonField],
        at: 0,
        then: values => open(rollBackLayer(c, hosts, values['reason'] ?? '')),
      });
    },
  },
];

/** Failed, or nobody knows: somebody has to decide. */
const isOpen = (record: HostRecord): boolean => record.phase === 'failed' || record.phase === 'unknown';

const wasChanged = (record: HostRecord): boolean =>
  record.jobs.some(job => job.kind === 'install') && record.phase !== 'rolled back';

const isUntouched = (record: HostRecord): boolean => !wasChanged(record) && record.phase !== 'done';

const isTakingPart = (record: HostRecord): boolean => record.leftOut === undefined && isUntouched(record);

const canGoBack = (record: HostRecord): boolean =>
  wasChanged(record) && record.point !== undefined && !isActive(record);

function noHost(context: Context): string | undefined {
  return cursorOf(context) === undefined ? 'there is no host under the cursor' : undefined;
}
