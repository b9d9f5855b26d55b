import {changeScreen, screenOf} from '../console-state.ts';
import {change} from '../deed.ts';
import {count} from '../words.ts';
import {hostStages, type Binding, type Context} from './binding.ts';
import {goOn} from './moving.ts';
import {cursorOf, rangeOf} from './targets.ts';
import type {Deed} from '../ui.ts';

/** Selecting hosts. By name: a filter, a new order or new data changes nothing of it. */
export const selectingBindings: readonly Binding[] = [
  {
    id: 'select',
    keys: ['space'],
    title: 'select the host, or the range',
    hint: 'select',
    tier: 'safe',
    where: hostStages,
    disabled: c => (cursorOf(c) === undefined ? 'there is no row to select' : undefined),
    deed: c => select(c),
  },
  {
    id: 'select-all',
    keys: ['a'],
    title: 'select all that match the filter',
    tier: 'safe',
    where: hostStages,
    deed: c =>
      change(ui => ({
        ...changeScreen(ui, {
          selected: new Set([...screenOf(ui).selected, ...c.view.ids]),
          anchor: undefined,
        }),
        message: {text: `${count(c.view.ids.length, 'host')} selected`, tone: 'quiet'},
      })),
  },
  {
    id: 'select-none',
    keys: ['A'],
    title: 'select none',
    tier: 'safe',
    where: hostStages,
    deed: () => change(ui => changeScreen(ui, {selected: new Set(), anchor: undefined})),
  },
];

/** Toggles the row and goes on to the next; a range is added as a whole. */
const select = (context: Context): Deed => {
  const range = rangeOf(context);
  const cursor = cursorOf(context);
  return change(ui => {
    const selected = new Set(screenOf(ui).selected);
    if (range.length > 0) {
      for (const id of range) selected.add(id);
      return changeScreen(ui, {selected, anchor: undefined});
    }
    if (cursor === undefined) return ui;
    if (!selected.delete(cursor)) selected.add(cursor);
    return goOn(changeScreen(ui, {selected}), context.view.ids);
  });
};
