import {changeScreen} from '../console-state.ts';
import {change, open} from '../deed.ts';
import {closable, cveRows, hostRows} from '../screens/hole-rows.ts';
import {prioritizeScreens, type Look} from '../screens/screen-id.ts';
import type {Patch} from '../../src/model/patch.ts';
import type {Binding, Context} from './binding.ts';
import {choosable, choose, chosenIds, isBlocked, noRanking, whileRunning} from './choosing.ts';
import {goOn} from './moving.ts';
import {cursorOf, rangeOf} from './targets.ts';
import type {Deed, Ui} from '../ui.ts';

const unranked = (context: Context): string | undefined =>
  context.state.ranking?.value === undefined ? noRanking : undefined;

/** Choosing by vulnerability and by host, and looking closer. Before the others of prioritize: hints stand in this order. */
export const closingBindings: readonly Binding[] = [
  {
    id: 'choose-closing',
    keys: ['space'],
    title: 'choose the patches that close it, or no longer; of a range, choose them all',
    hint: 'choose',
    tier: 'safe',
    where: ['by-cve', 'by-host'],
    changes: true,
    disabled: c =>
      cursorOf(c) === undefined
        ? noRanking
        : rangeOf(c).length === 0 && closing(c, [cursorOf(c) ?? '']).length === 0
          ? 'no pending update that can be chosen closes it'
          : whileRunning(c),
    deed: chooseClosing,
  },
  {
    id: 'choose-all-closing',
    keys: ['a'],
    title: 'choose what closes all that match the filter',
    tier: 'safe',
    where: ['by-cve', 'by-host'],
    changes: true,
    disabled: c => (c.view.ids.length === 0 ? 'nothing matches' : whileRunning(c)),
    deed: c => {
      const more = choosable(c, closing(c, c.view.ids));
      return more.length === 0 ? {do: 'say', text: 'all that closes these is chosen'} : choose(more, true);
    },
  },
  {
    id: 'where-open',
    keys: ['enter', 'i'],
    title: 'on which hosts it is, where it stands on each, and what closes it',
    hint: 'where',
    tier: 'safe',
    where: ['by-cve'],
    disabled: c => (cursorOf(c) === undefined ? noRanking : undefined),
    deed: c => open({kind: 'page', page: {of: 'cve', cve: cursorOf(c) ?? ''}, top: 0}),
  },
  {
    id: 'host-cves',
    keys: ['enter', 'i'],
    title: 'all vulnerabilities of the host, and where each stands',
    hint: 'which',
    tier: 'safe',
    where: ['by-host'],
    disabled: c => (cursorOf(c) === undefined ? noRanking : undefined),
    deed: c => open({kind: 'page', page: {of: 'host-cves', host: cursorOf(c) ?? ''}, top: 0}),
  },
];

/** Looking at what prioritize found by vulnerability and by host. */
export const lookBindings: readonly Binding[] = [
  {
    id: 'by-cve',
    keys: ['c'],
    title: 'by CVE: what closes each, and where nothing does; again: by patch',
    hint: c => (c.screen.id === 'by-cve' ? 'by patch' : 'by CVE'),
    tier: 'safe',
    where: prioritizeScreens,
    disabled: unranked,
    deed: c => lookAt(c, 'by-cve'),
  },
  {
    id: 'by-host',
    keys: ['y'],
    title: 'by host: how many CVEs its updates close, and how many stay; again: by patch',
    hint: c => (c.screen.id === 'by-host' ? 'by patch' : 'by host'),
    tier: 'safe',
    where: prioritizeScreens,
    disabled: unranked,
    deed: c => lookAt(c, 'by-host'),
  },
];

const lookAt = (context: Context, look: Look): Deed =>
  change(ui => ({...ui, look: context.screen.id === look ? 'by-patch' : look, message: undefined}));

/** Ids of the patches that close something of these rows and can be chosen. */
const closing = (context: Context, rows: readonly string[]): string[] => {
  const {state} = context;
  const of = (row: string): readonly Patch[] =>
    (context.screen.id === 'by-cve' ? cveRows(state).get(row) : hostRows(state).get(row))?.patches ?? [];
  const patches = new Set(rows.flatMap(row => closable(of(row))));
  return [...patches].filter(patch => !isBlocked(context, patch)).map(({id}) => id);
};

/** A range is chosen as a whole; one row is toggled: when all that closes it is chosen, none of it is any longer. */
function chooseClosing(context: Context): Deed {
  const range = rangeOf(context);
  if (range.length > 0) {
    const more = choosable(context, closing(context, range));
    const ended = (ui: Ui): Ui => changeScreen(ui, {anchor: undefined});
    return more.length === 0 ? {do: 'change', change: ended} : choose(more, true, ended);
  }
  const patches = closing(context, [cursorOf(context) ?? '']);
  const next = (ui: Ui): Ui => goOn(ui, context.view.ids);
  const more = patches.filter(id => !chosenIds(context).has(id));
  return more.length === 0 ? choose(patches, false, next) : choose(more, true, next);
}
