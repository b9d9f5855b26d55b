import type {Command} from '../../src/engine/interface.ts';
import type {Patch} from '../../src/model/patch.ts';
import {changeScreen} from '../console-state.ts';
import {gateNow} from '../gates-now.ts';
import {open, submit} from '../deed.ts';
import {patchName} from '../screens/patch-words.ts';
import {downloadWords, whatIf} from '../what-if.ts';
import {count, namesOf} from '../words.ts';
import type {Binding, Context} from './binding.ts';
import {reasonField} from './hosts.ts';
import {goOn} from './moving.ts';
import {runningStage} from '../stage-now.ts';
import {cursorOf, rangeOf} from './targets.ts';
import type {Deed, Layer, Ui} from '../ui.ts';

/** An event holds at most this many ids (record/event.ts): more are chosen in several commands. */
const mostAtOnce = 200;

const chosenIds = (context: Context): ReadonlySet<string> =>
  context.state.engine.run?.run.chosen ?? new Set<string>();

const commandsFor = (patches: readonly string[], chosen: boolean): Command[] => {
  const commands: Command[] = [];
  for (let i = 0; i < patches.length; i += mostAtOnce) {
    commands.push({type: 'choose', patches: patches.slice(i, i + mostAtOnce), chosen});
  }
  return commands;
};

const choose = (patches: readonly string[], chosen: boolean, change?: (ui: Ui) => Ui): Deed => ({
  do: 'submit',
  ...(change === undefined ? {} : {change}),
  commands: commandsFor(patches, chosen),
  said: `${count(patches.length, 'patch', 'patches')} ${chosen ? 'chosen' : 'no longer chosen'}; u takes it back`,
  undo: commandsFor(patches, !chosen),
});

const patchAtCursor = (context: Context): Patch | undefined => {
  const id = cursorOf(context);
  return context.state.ranking?.value?.patches.find(patch => patch.id === id);
};

const noRanking = 'nothing is ranked yet (b)';
const whileRunning = (context: Context): string | undefined => {
  const running = runningStage(context.state);
  return running === undefined ? undefined : `${running} is running`;
};

/** Choosing what to install, and locking it. */
export const patchBindings: readonly Binding[] = [
  {
    id: 'choose',
    keys: ['space'],
    title: 'choose the patch or the range, or no longer',
    hint: 'choose',
    tier: 'safe',
    where: ['prioritize'],
    changes: true,
    disabled: c => {
      const patch = patchAtCursor(c);
      if (patch === undefined) return noRanking;
      const isBlockedHere = rangeOf(c).length === 0 && isBlocked(c, patch);
      return isBlockedHere ? 'it is blocked (U unblocks it)' : whileRunning(c);
    },
    deed: c => {
      const range = rangeOf(c);
      if (range.length > 0) {
        const more = choosable(c, range);
        const ended = (ui: Ui): Ui => changeScreen(ui, {anchor: undefined});
        return more.length === 0 ? {do: 'change', change: ended} : choose(more, true, ended);
      }
      const id = cursorOf(c);
      return id === undefined
        ? {do: 'say', text: noRanking}
        : choose([id], !chosenIds(c).has(id), ui => goOn(ui, c.view.ids));
    },
  },
  {
    id: 'lock-plan',
    keys: ['L'],
    title: 'lock the plan: exactly this will be installed',
    hint: 'lock plan',
    tier: 'confirm',
    where: ['prioritize'],
    changes: true,
    disabled: c => {
      if (c.state.ranking?.value === undefined) return noRanking;
      const refusal = gateNow(c.state, 'prioritize');
      return refusal === undefined ? undefined : `${refusal.what}. Next: ${refusal.next}`;
    },
    deed: c => open(lockLayer(c)),
  },
  {
    id: 'choose-all',
    keys: ['a'],
    title: 'choose all that match the filter',
    tier: 'safe',
    where: ['prioritize'],
    changes: true,
    disabled: c => (c.view.ids.length === 0 ? 'no patch matches' : whileRunning(c)),
    deed: c => {
      const more = choosable(c, c.view.ids);
      return more.length === 0 ? {do: 'say', text: 'all that match are chosen'} : choose(more, true);
    },
  },
  {
    id: 'choose-none',
    keys: ['A'],
    title: 'choose none',
    tier: 'safe',
    where: ['prioritize'],
    changes: true,
    disabled: c => (chosenIds(c).size === 0 ? 'none is chosen' : whileRunning(c)),
    deed: c => choose([...chosenIds(c)], false),
  },
  {
    id: 'undo',
    keys: ['u'],
    title: 'take the last choice back',
    tier: 'safe',
    where: ['prioritize'],
    changes: true,
    disabled: c => (c.state.ui.undo === undefined ? 'there is nothing to take back' : undefined),
    deed: c => ({do: 'submit', commands: c.state.ui.undo ?? [], said: 'taken back'}),
  },
  {
    id: 'why',
    keys: ['enter', 'i'],
    title: 'why it ranks there, where it goes, what holds it back',
    hint: 'why',
    tier: 'safe',
    where: ['prioritize'],
    disabled: c => (cursorOf(c) === undefined ? noRanking : undefined),
    deed: c => open({kind: 'page', page: {of: 'patch', patch: cursorOf(c) ?? ''}, top: 0}),
  },
  {
    id: 'what-if',
    keys: ['w'],
    title: 'what the chosen patches leave open, and what they touch',
    hint: 'what-if',
    tier: 'safe',
    where: ['prioritize'],
    disabled: c => (c.state.ranking?.value === undefined ? noRanking : undefined),
    deed: () => open({kind: 'page', page: {of: 'what-if'}, top: 0}),
  },
  {
    id: 'by-cve',
    keys: ['c'],
    title: 'every CVE: what closes it, on which hosts, and what nothing closes',
    tier: 'safe',
    where: ['prioritize'],
    disabled: c => (c.state.ranking?.value === undefined ? noRanking : undefined),
    deed: () => open({kind: 'page', page: {of: 'holes', by: 'cve'}, top: 0}),
  },
  {
    id: 'by-host',
    keys: ['y'],
    title: 'every host: how many CVEs its updates close, and how many stay',
    tier: 'safe',
    where: ['prioritize'],
    disabled: c => (c.state.ranking?.value === undefined ? noRanking : undefined),
    deed: () => open({kind: 'page', page: {of: 'holes', by: 'host'}, top: 0}),
  },
  {
    id: 'block',
    keys: ['B'],
    title: 'block the version: never installed in this fleet until unblocked',
    tier: 'confirm',
    where: ['prioritize'],
    changes: true,
    disabled: c => {
      const patch = patchAtCursor(c);
      if (patch === undefined) return noRanking;
      return c.state.engine.run?.run.blocked.has(patch.id) === true
        ? 'it is blocked already'
        : whileRunning(c);
    },
    deed: c => {
      const patch = patchAtCursor(c);
      return patch === undefined ? {do: 'say', text: noRanking} : open(blockForm(patch.id));
    },
  },
  {
    id: 'unblock',
    keys: ['U'],
    title: 'unblock the version: it may be installed again in this fleet',
    tier: 'confirm',
    where: ['prioritize'],
    changes: true,
    disabled: c => {
      const patch = patchAtCursor(c);
      if (patch === undefined) return noRanking;
      return isBlocked(c, patch) ? whileRunning(c) : 'it is not blocked';
    },
    deed: c => {
      const patch = patchAtCursor(c);
      return patch === undefined ? {do: 'say', text: noRanking} : open(unblockForm(patch.id));
    },
  },
  {
    id: 'block-suspect',
    keys: ['B'],
    title: 'block the version that is suspected of a regression',
    hint: c => (suspectsOf(c).length === 0 ? undefined : 'block'),
    tier: 'confirm',
    where: ['test', 'deploy'],
    changes: true,
    disabled: c => (cursorOf(c) === undefined ? 'there is no host under the cursor' : whileRunning(c)),
    deed: c => {
      const [suspect, ...others] = suspectsOf(c);
      if (suspect === undefined) return showChosen(cursorOf(c) ?? '');
      if (others.length === 0) return open(blockForm(suspect));
      return open({
        kind: 'choice',
        title: 'Which version is to be blocked?',
        lines: ['Each of these changed together with what came out worse.'],
        options: [suspect, ...others].slice(0, 9).map((id, i) => ({
          key: String(i + 1),
          label: patchName(id),
          then: open(blockForm(id)),
        })),
      });
    },
  },
];

/** Nothing is blamed: the operator says which of the host's versions it is. */
const showChosen = (host: string): Deed => ({
  do: 'change',
  change: ui => ({
    ...changeScreen({...ui, stage: 'prioritize'}, {filter: `host:${host} is:chosen`, at: 0}),
    message: {text: `no version is blamed: put the cursor on the one to block and press B`, tone: 'quiet'},
  }),
});

/** Versions blamed by the troubles of the host under the cursor, not blocked yet. */
const suspectsOf = (context: Context): string[] => {
  const {run} = context.state.engine;
  const record = run?.hosts.get(cursorOf(context) ?? '');
  const now = record?.troubles.flatMap(trouble => trouble.suspects ?? []) ?? [];
  const before = record === undefined ? [] : (context.state.ui.suspects[record.host.name] ?? []);
  return [...new Set([...now, ...before])].filter(id => run?.run.blocked.has(id) !== true);
};

const lockLayer = (context: Context): Layer => {
  const {chosen, hosts, installs, download} = whatIf(context.state);
  const hidden = context.view.hidden;
  const lock = (reboot: 'never' | 'when-needed'): Deed => ({
    ...submit('the plan is locked', {type: 'lock-plan', reboot}),
    meanwhile: `locking the plan: what it changes is simulated on ${count(hosts.size, 'host')}`,
  });
  return {
    kind: 'choice',
    title: 'Lock the plan',
    lines: [
      chosen.length === 0
        ? 'No patch is chosen: the plan would only reboot.'
        : `${count(chosen.length, 'patch', 'patches')}: ${namesOf(
            chosen.map(patch => patch.source),
            6,
          )}`,
      `${count(hosts.size, 'host')}, ${count(installs, 'install')}, download ${downloadWords(download)}; the plan has what they need besides.`,
      ...(hidden === 0 ? [] : [`${hidden} of the chosen patches are hidden by the filter.`]),
      'May a host reboot where a patch needs it?',
    ],
    options: [
      {key: 'w', label: 'lock: reboot when needed', then: lock('when-needed')},
      {key: 'v', label: 'lock: never reboot; what needs one stays pending', then: lock('never')},
    ],
  };
};

/** Those of them that are neither chosen yet nor blocked: what choosing them changes, and what undoing it takes back. */
const choosable = (c: Context, ids: readonly string[]): string[] => {
  const blocked = new Set(
    c.state.ranking?.value?.patches.filter(patch => isBlocked(c, patch)).map(({id}) => id),
  );
  return ids.filter(id => !chosenIds(c).has(id) && !blocked.has(id));
};

/** Blocked in this run, or in an earlier one of the fleet: the ranking says so then. */
const isBlocked = (c: Context, patch: Patch): boolean =>
  c.state.engine.run?.run.blocked.has(patch.id) === true || patch.why.startsWith('blocked (');

const unblockForm = (id: string): Layer => ({
  kind: 'form',
  title: `Unblock ${patchName(id)}`,
  lines: ['It may be chosen again, also in later runs. Rank anew (b) to see it among the others.'],
  fields: [reasonField],
  at: 0,
  then: values =>
    open({
      kind: 'confirm',
      title: `Unblock ${patchName(id)}?`,
      lines: [`reason: ${values['reason'] ?? ''}`],
      then: submit('unblocked. Next: rank what is pending anew (b)', {
        type: 'unblock',
        patch: id,
        reason: values['reason'] ?? '',
      }),
    }),
});

const blockForm = (id: string): Layer => ({
  kind: 'form',
  title: `Block ${patchName(id)}`,
  lines: [
    'It is never installed in this fleet until it is unblocked, also in later runs.',
    'Hosts that have it keep it. A locked plan has to be made anew without it, and tested again.',
  ],
  fields: [reasonField],
  at: 0,
  then: values =>
    open({
      kind: 'confirm',
      title: `Block ${patchName(id)}?`,
      lines: [`reason: ${values['reason'] ?? ''}`],
      then: submit('blocked. Next: lock the plan anew (2, then L), then test it again', {
        type: 'block',
        patch: id,
        reason: values['reason'] ?? '',
      }),
    }),
});
