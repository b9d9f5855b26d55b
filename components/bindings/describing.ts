import type {Command} from '../../src/engine/interface.ts';
import {criticalities, dataClasses, exposures, type Host} from '../../src/model/host.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {open, submit} from '../deed.ts';
import {count} from '../words.ts';
import type {Binding, Context} from './binding.ts';
import {hostNames, needsTarget, targetHosts, targetWords} from './targets.ts';
import type {Deed, Field, Layer} from '../ui.ts';

type Description = Extract<Command, {type: 'describe'}>['description'];
type Said = keyof Description;

/** Saying what hosts are worth: kept in the overlay, beside an inventory that is only read. */
export const describingBindings: readonly Binding[] = [
  {
    id: 'describe',
    keys: ['o'],
    title: 'say how critical the host is, what it faces, its data, owner and tags',
    hint: 'describe',
    tier: 'confirm',
    where: ['identify'],
    changes: true,
    disabled: c => needsTarget(c, takesPart, 'no host here takes part'),
    deed: c => open(describeForm(c, targetHosts(c, takesPart))),
  },
];

const takesPart = (record: HostRecord): boolean => record.leftOut === undefined;

const settings: readonly {id: Said; most: number; options?: readonly string[]; hint?: string}[] = [
  {id: 'criticality', most: 20, options: criticalities},
  {id: 'exposure', most: 20, options: exposures},
  {id: 'data', most: 20, options: dataClasses},
  {id: 'owner', most: 200, hint: 'who answers for it'},
  {id: 'tags', most: 400, hint: 'words, a blank between'},
];

const describeForm = (context: Context, records: readonly HostRecord[]): Layer => {
  const hosts = records.map(({host}) => host);
  const fields = settings.map(({id, most, options, hint}): Field => {
    const values = valuesOf(hosts, id);
    const isMixed = values.length > 1;
    return {
      id,
      label: id,
      value: isMixed ? '' : (values[0] ?? ''),
      most,
      mayBeEmpty: true,
      hint: isMixed
        ? `differs, and stays: ${values.map(value => value || 'not stated').join(', ')}`
        : (options?.join(' ') ?? hint ?? ''),
      ...(options === undefined ? {} : {options}),
    };
  });
  return {
    kind: 'form',
    title: `Describe ${count(hosts.length, 'host')}`,
    lines: [...targetWords(context, records), 'Left empty: not stated.'],
    fields,
    at: 0,
    then: values => confirm(context, records, descriptionOf(fields, values)),
  };
};

/** What was changed in the form, and nothing else. */
const descriptionOf = (
  fields: readonly Field[],
  values: Readonly<Record<string, string>>,
): [Said, string][] =>
  settings.flatMap(({id}): [Said, string][] => {
    const typed = values[id] ?? '';
    return typed === fields.find(field => field.id === id)?.value ? [] : [[id, typed]];
  });

const confirm = (
  context: Context,
  records: readonly HostRecord[],
  changed: readonly [Said, string][],
): Deed => {
  if (changed.length === 0) return {do: 'say', text: 'nothing was changed'};
  const hosts = records.map(({host}) => host);
  const isRanked = context.state.engine.run?.run.ranking !== undefined;
  return open({
    kind: 'confirm',
    title: `Describe ${count(hosts.length, 'host')} so?`,
    lines: [
      ...targetWords(context, records),
      ...changed.map(
        ([id, value]) =>
          `${id}: ${value || 'not stated'} (was ${valuesOf(hosts, id)
            .map(before => before || 'not stated')
            .join(', ')})`,
      ),
      'Written to the overlay beside the inventory, which itself stays as it is.',
    ],
    then: submit(isRanked ? 'described. Next: rank what is pending anew (2, then b)' : 'described', {
      type: 'describe',
      hosts: hostNames(records),
      description: Object.fromEntries(
        changed.map(([id, value]) => [
          id,
          value === '' ? null : id === 'tags' ? value.split(/[\s,]+/) : value,
        ]),
      ),
    }),
  });
};

/** What the hosts have of it, each value once. */
const valuesOf = (hosts: readonly Host[], id: Said): string[] => [
  ...new Set(hosts.map(host => (id === 'tags' ? host.tags.join(' ') : (host[id] ?? '')))),
];
