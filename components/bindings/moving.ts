import {changeScreen, screenOf} from '../console-state.ts';
import {change} from '../deed.ts';
import {prioritizeScreens} from '../screens/screen-id.ts';
import {clamp} from '../table/windowing.ts';
import type {Binding, Context} from './binding.ts';
import {cursorOf} from './targets.ts';
import type {Deed, Ui} from '../ui.ts';

const half = (context: Context): number => Math.max(1, Math.floor(context.height / 2));

/** Moves by rows; ends at the first and the last one. */
const moveBy = (context: Context, by: number): Deed =>
  change(ui => {
    const {ids} = context.view;
    const from = screenOf(ui).at;
    return moveTo(ui, ids, clamp(from + by, 0, ids.length - 1));
  });

/** To the next row, as after choosing one. */
export const goOn = (ui: Ui, ids: readonly string[]): Ui =>
  moveTo(ui, ids, clamp(screenOf(ui).at + 1, 0, ids.length - 1));

const moveTo = (ui: Ui, ids: readonly string[], at: number): Ui => changeScreen(ui, {cursor: ids[at], at});

const sortBy = (context: Context): Deed =>
  change(ui => {
    const {sortable, sort} = context.screen;
    const now = sortable.indexOf(screenOf(ui).sort ?? sort.column);
    return changeScreen(ui, {sort: sortable[(now + 1) % sortable.length], reverse: false, held: undefined});
  });

/** Moving, looking and ordering: nothing here leaves the console. */
export const movingBindings: readonly Binding[] = [
  {
    id: 'down',
    keys: ['j', 'down'],
    title: 'next row',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, 1),
  },
  {
    id: 'up',
    keys: ['k', 'up'],
    title: 'row before',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, -1),
  },
  {
    id: 'page-down',
    keys: ['pgdn'],
    title: 'a page down',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, c.height),
  },
  {
    id: 'page-up',
    keys: ['pgup'],
    title: 'a page up',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, -c.height),
  },
  {
    id: 'half-down',
    keys: ['ctrl+d'],
    title: 'half a page down',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, half(c)),
  },
  {
    id: 'half-up',
    keys: ['ctrl+u'],
    title: 'half a page up',
    tier: 'safe',
    where: 'everywhere',
    deed: c => moveBy(c, -half(c)),
  },
  {
    id: 'first',
    keys: ['g', 'home'],
    title: 'first row',
    tier: 'safe',
    where: 'everywhere',
    deed: c => change(ui => moveTo(ui, c.view.ids, 0)),
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    title: 'last row',
    tier: 'safe',
    where: 'everywhere',
    deed: c => change(ui => moveTo(ui, c.view.ids, Math.max(0, c.view.ids.length - 1))),
  },
  {
    id: 'sort',
    keys: ['s'],
    title: 'sort by the next column',
    tier: 'safe',
    where: 'everywhere',
    deed: sortBy,
  },
  {
    id: 'reverse',
    keys: ['S'],
    title: 'reverse the order',
    tier: 'safe',
    where: 'everywhere',
    deed: () => change(ui => changeScreen(ui, {reverse: !screenOf(ui).reverse, held: undefined})),
  },
  hold('hold', 'p', ['identify', ...prioritizeScreens, 'test', 'verify']),
  hold('hold-deploy', 'f', ['deploy']),
  {
    id: 'range',
    keys: ['v'],
    title: 'begin a range; space ends it',
    tier: 'safe',
    where: 'everywhere',
    disabled: c => (cursorOf(c) === undefined ? 'there is no row' : undefined),
    deed: c =>
      change(ui => changeScreen(ui, {anchor: screenOf(ui).anchor === undefined ? cursorOf(c) : undefined})),
  },
];

function hold(id: string, key: string, where: Exclude<Binding['where'], 'everywhere'>): Binding {
  return {
    id,
    keys: [key],
    title: 'hold the order of the rows, or let it go',
    tier: 'safe',
    where,
    deed: c =>
      change(ui => changeScreen(ui, {held: screenOf(ui).held === undefined ? c.view.ids : undefined})),
  };
}
