import type {Command} from '../../src/engine/interface.ts';
import {nextStep} from '../../src/model/package.ts';
import type {Patch} from '../../src/model/patch.ts';
import {runningStage} from '../stage-now.ts';
import {notInstalledWords} from '../screens/patch-words.ts';
import {hostsTaking} from '../what-if.ts';
import {count} from '../words.ts';
import type {Context} from './binding.ts';
import {cursorOf} from './targets.ts';
import type {Deed, Ui} from '../ui.ts';

/** An event holds at most this many ids (record/event.ts): more are chosen in several commands. */
const mostAtOnce = 200;

export const chosenIds = (context: Context): ReadonlySet<string> =>
  context.state.engine.run?.run.chosen ?? new Set<string>();

const commandsFor = (patches: readonly string[], chosen: boolean): Command[] => {
  const commands: Command[] = [];
  for (let i = 0; i < patches.length; i += mostAtOnce) {
    commands.push({type: 'choose', patches: patches.slice(i, i + mostAtOnce), chosen});
  }
  return commands;
};

/** Chooses, or chooses no longer; said with a way back. */
export const choose = (patches: readonly string[], chosen: boolean, change?: (ui: Ui) => Ui): Deed => ({
  do: 'submit',
  ...(change === undefined ? {} : {change}),
  commands: commandsFor(patches, chosen),
  said: `${count(patches.length, 'patch', 'patches')} ${chosen ? 'chosen' : 'no longer chosen'}; u takes it back`,
  undo: commandsFor(patches, !chosen),
});

export const patchAtCursor = (context: Context): Patch | undefined => {
  const id = cursorOf(context);
  return context.state.ranking?.value?.patches.find(patch => patch.id === id);
};

export const noRanking = 'nothing is ranked yet (b)';
export const whileRunning = (context: Context): string | undefined => {
  const running = runningStage(context.state);
  return running === undefined ? undefined : `${running} is running`;
};

/** Those of them that are not chosen yet and can be: what choosing them changes, and what undoing it takes back. */
export const choosable = (c: Context, ids: readonly string[]): string[] => {
  const not = new Set(
    c.state.ranking?.value?.patches
      .filter(patch => isBlocked(c, patch) || keptEverywhere(patch) !== undefined)
      .map(({id}) => id),
  );
  return ids.filter(id => !chosenIds(c).has(id) && !not.has(id));
};

/** Why choosing it would install it nowhere, with the next step: it would be missing in the plan, and nobody would say so. */
export const keptEverywhere = (patch: Patch): string | undefined => {
  if (hostsTaking(patch).length > 0) return undefined;
  const [kept] = patch.notInstalled;
  const next = kept === undefined ? '' : `. Next: ${nextStep(kept.why, patch.manager)}`;
  return `no host takes it: ${notInstalledWords(patch)}${next}`;
};

/** Blocked in this run, or in an earlier one of the fleet: the ranking says so then. */
export const isBlocked = (c: Context, patch: Patch): boolean =>
  c.state.engine.run?.run.blocked.has(patch.id) === true || patch.why.startsWith('blocked (');
