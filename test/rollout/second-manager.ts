import {progressOf} from '../../src/jobs/progress.ts';
import type {Manager} from '../../src/managers/manager.ts';
import type {Change, InstalledPackage, ManagerId} from '../../src/model/package.ts';
import type {StagedFile} from '../../src/model/rollback.ts';
import {defineScript, readScriptHeader, type Probe, type Script} from '../../src/model/script.ts';

/** What of a host belongs to such a manager. */
export type SecondState = {
  /** Versions by name. */
  installed: Map<string, string>;
  held: string[];
  /** Directories that something was staged in. */
  staged: string[];
  /** Payloads that do nothing and end well all the same. */
  lies: Set<'install' | 'undo'>;
  /** Payloads whose scriptlet fails, which the database does not say. */
  scriptletFails: Set<'install' | 'undo'>;
  /** What failed last, and was not mended. */
  failed: string[];
};

export const newSecondState = (name = 'lib'): SecondState => ({
  installed: new Map([[name, '1']]),
  held: [],
  staged: [],
  lies: new Set(),
  scriptletFails: new Set(),
  failed: [],
});

const managerBeside = (word: string, id: ManagerId, database: string): Manager => {
  const ask = <Args, Answer>(name: string): Probe<Args, Answer> => ({
    script: args => defineScript(`${word}.${name}`, {args: JSON.stringify(args ?? null)}, ':', {root: true}),
    parse: raw => JSON.parse(Buffer.from(raw).toString()) as Answer,
  });
  const payload = (name: string, args: unknown): Script =>
    defineScript(`${word}.${name}`, {args: JSON.stringify(args)}, ':', {root: true});
  return {
    id,
    proven: {by: 'lab'},
    database,
    words: {lock: "rpm's lock", look: 'rpm -Va', mend: 'rpm --rebuilddb'},
    refresh: ask('refresh'),
    pending: ask('pending'),
    installed: ask('installed'),
    marks: ask('marks'),
    room: ask('room'),
    simulate: ask('simulate'),
    simulateStaged: ask('simulate-staged'),
    simulateUndo: ask('simulate-undo'),
    stage: args => payload('stage', args),
    staged: ask('staged'),
    install: args => payload('install', args),
    undo: args => payload('undo', args),
    complaints: ask('complaints'),
    changedConfiguration: ask('changed-configuration'),
    restart: ['app.service'],
    changelog: undefined,
    owners: ask('owners'),
    progress: progressOf,
  };
};

/** A manager beside apt, with one pending update: `lib` from 1 to 2. */
export const second = managerBeside('second', 'dnf4', 'rpm');
/** One more, with `app` from 1 to 2. */
export const third = managerBeside('third', 'apk', 'apk');

/** By the word that its scripts begin with. */
const besides = new Map([
  ['second', {manager: second, name: 'lib'}],
  ['third', {manager: third, name: 'app'}],
]);

/** Whether a verb is one of such a manager's, and of which. */
export const besideOf = (verb: string): 'second' | 'third' | undefined => {
  const word = verb.split('.')[0];
  return word === 'second' || word === 'third' ? word : undefined;
};

/** What a host answers to a probe of such a manager; undefined for a script that is none of its. */
export const answerSecond = (
  states: Partial<Record<'second' | 'third', SecondState>>,
  text: string,
): string | undefined => {
  const header = readScriptHeader(text);
  const word = besideOf(header?.verb ?? '');
  const state = word === undefined ? undefined : states[word];
  if (header === undefined || word === undefined || state === undefined) return undefined;
  const args = JSON.parse((header.args as {args: string}).args) as Asked | null;
  const {manager, name} = besides.get(word) ?? {manager: second, name: 'lib'};
  const of: Own = {manager: manager.id, name};
  return JSON.stringify(answers[header.verb.slice(word.length + 1)]?.(state, of, args ?? {}));
};

/** Does at once what a payload of such a manager would. */
export const carryOutSecond = (state: SecondState, verb: string, args: string): void => {
  const name = verb.replace(/^\w+\./, '');
  const {directory, changes} = JSON.parse((JSON.parse(args) as {args: string}).args) as {
    directory?: string;
    changes: Change[];
  };
  if (name === 'stage') state.staged.push(directory ?? '');
  if (name !== 'install' && name !== 'undo') return;
  if (state.lies.has(name)) return;
  state.failed = state.scriptletFails.has(name) ? [`the scriptlet of ${name} failed`] : [];
  for (const change of changes) {
    const to = name === 'install' ? change.to : change.from;
    if (to === null) state.installed.delete(change.name);
    else state.installed.set(change.name, to);
  }
};

type Asked = {directory?: string; changes?: Change[]};
type Own = {manager: ManagerId; name: string};

const changed = ({manager, name}: Own, from: string, to: string): Change[] => [
  {manager, name, arch: 'x86_64', from, to},
];
const file = (name: string, version: string): StagedFile => ({
  name,
  arch: 'x86_64',
  version,
  file: `${name}-${version}.rpm`,
  sha256: '0'.repeat(64),
  bytes: 1000,
  source: 'archive',
});

const answers: Record<string, (state: SecondState, own: Own, args: Asked) => unknown> = {
  refresh: () => ({fresh: true, failures: []}),
  pending: ({installed}, {manager, name}) =>
    installed.get(name) !== '1'
      ? []
      : [
          {
            manager,
            name,
            arch: 'x86_64',
            installed: '1',
            candidate: '2',
            source: name,
            sourceVersion: '2',
            origin: 'updates',
            security: true,
          },
        ],
  installed: ({installed}, {manager}) =>
    [...installed].map(([name, version]): InstalledPackage => ({
      manager,
      name,
      arch: 'x86_64',
      version,
      source: name,
      sourceVersion: version,
      status: 'ii',
    })),
  marks: ({held}, {name}) => ({automatic: [name], held}),
  room: () => 2000,
  simulate: (_, own) => ({changes: changed(own, '1', '2')}),
  'simulate-staged': (_, own) => ({changes: changed(own, '1', '2')}),
  'simulate-undo': (_, own) => ({changes: changed(own, '2', '1')}),
  staged: (_, {name}) => ({fresh: [file(name, '2')], previous: [file(name, '1')], gone: []}),
  complaints: ({failed}, {name}) => failed.map(what => ({name, what})),
  'changed-configuration': () => [],
  owners: () => [],
};
