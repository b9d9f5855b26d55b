import type {HostRecord} from '../../src/record/state.ts';
import {screenOf} from '../console-state.ts';
import {count, namesOf} from '../words.ts';
import type {Context} from './binding.ts';

/** Id of the row under the cursor. */
export const cursorOf = (context: Context): string | undefined => {
  const {cursor} = screenOf(context.state.ui);
  return cursor !== undefined && context.view.ids.includes(cursor) ? cursor : undefined;
};

/** Ids from where a range began to the cursor. Empty without one. */
export const rangeOf = (context: Context): readonly string[] => {
  const {anchor, cursor} = screenOf(context.state.ui);
  if (anchor === undefined || cursor === undefined) return [];
  const from = context.view.ids.indexOf(anchor);
  const to = context.view.ids.indexOf(cursor);
  return from < 0 || to < 0 ? [] : context.view.ids.slice(Math.min(from, to), Math.max(from, to) + 1);
};

/** The hosts an action is for: the selected ones, also those a filter hides, or the one under the cursor. */
export const targetHosts = (context: Context, fit: (record: HostRecord) => boolean): HostRecord[] => {
  const hosts = context.state.engine.run?.hosts;
  const {selected} = screenOf(context.state.ui);
  const cursor = cursorOf(context);
  const names = selected.size > 0 ? [...selected] : cursor === undefined ? [] : [cursor];
  return names.flatMap(name => hosts?.get(name) ?? []).filter(fit);
};

export const hostNames = (records: readonly HostRecord[]): string[] =>
  records.map(record => record.host.name);

/** `3 hosts: web01, web02, web03`, and how many of them are out of sight. */
export const targetWords = (context: Context, records: readonly HostRecord[]): string[] => {
  const shown = new Set(context.view.ids);
  const unseen = records.filter(record => !shown.has(record.host.name)).length;
  return [
    `${count(records.length, 'host')}: ${namesOf(hostNames(records), 8)}`,
    ...(unseen === 0
      ? []
      : [`${count(unseen, 'host')} of them ${unseen === 1 ? 'is' : 'are'} hidden by the filter.`]),
  ];
};

/** A refusal when nothing fits; undefined when there is something to act on. */
export const needsTarget = (
  context: Context,
  fit: (record: HostRecord) => boolean,
  otherwise: string,
): string | undefined => (targetHosts(context, fit).length === 0 ? otherwise : undefined);
