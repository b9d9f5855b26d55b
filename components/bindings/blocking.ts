import {changeScreen} from '../console-state.ts';
import {open, submit} from '../deed.ts';
import {patchName} from '../screens/patch-words.ts';
import type {Binding, Context} from './binding.ts';
import {isBlocked, noRanking, patchAtCursor, whileRunning} from './choosing.ts';
import {reasonField} from './hosts.ts';
import {cursorOf} from './targets.ts';
import type {Deed, Layer} from '../ui.ts';

/** Keeping a version out of the fleet, and letting it in again. */
export const blockingBindings: readonly Binding[] = [
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
    ...changeScreen(
      {...ui, stage: 'prioritize', look: 'by-patch'},
      {filter: `host:${host} is:chosen`, at: 0},
    ),
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
