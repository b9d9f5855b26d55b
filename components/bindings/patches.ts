import {changeScreen} from '../console-state.ts';
import {gateNow} from '../gates-now.ts';
import {open, submit} from '../deed.ts';
import {prioritizeScreens} from '../screens/screen-id.ts';
import {downloadWords, whatIf} from '../what-if.ts';
import {count, namesOf} from '../words.ts';
import type {Binding, Context} from './binding.ts';
import {
  choosable,
  choose,
  chosenIds,
  isBlocked,
  keptEverywhere,
  noRanking,
  patchAtCursor,
  whileRunning,
} from './choosing.ts';
import {goOn} from './moving.ts';
import {cursorOf, rangeOf} from './targets.ts';
import type {Deed, Layer, Ui} from '../ui.ts';

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
      // Of a range what can be chosen is; and what is chosen already may always be chosen no longer.
      if (rangeOf(c).length > 0 || chosenIds(c).has(patch.id)) return whileRunning(c);
      if (isBlocked(c, patch)) return 'it is blocked (U unblocks it)';
      return keptEverywhere(patch) ?? whileRunning(c);
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
    where: prioritizeScreens,
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
    where: prioritizeScreens,
    changes: true,
    disabled: c => (chosenIds(c).size === 0 ? 'none is chosen' : whileRunning(c)),
    deed: c => choose([...chosenIds(c)], false),
  },
  {
    id: 'undo',
    keys: ['u'],
    title: 'take the last choice back',
    tier: 'safe',
    where: prioritizeScreens,
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
    where: prioritizeScreens,
    disabled: c => (c.state.ranking?.value === undefined ? noRanking : undefined),
    deed: () => open({kind: 'page', page: {of: 'what-if'}, top: 0}),
  },
];

const lockLayer = (context: Context): Layer => {
  const {chosen, hosts, installs, download} = whatIf(context.state);
  const hidden = context.screen.id === 'prioritize' ? context.view.hidden : 0;
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
