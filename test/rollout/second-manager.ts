import {progressOf} from '../../src/jobs/progress.ts';
import type {Manager} from '../../src/managers/manager.ts';
import type {Change, InstalledPackage} from '../../src/model/package.ts';
import type {StagedFile} from '../../src/model/rollback.ts';
import {defineScript, readScriptHeader, type Probe, type Script} from '../../src/model/script.ts';

/** What of a host belongs to the second manager. */
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

export const newSecondState = (): SecondState => ({
  installed: new Map([['lib', '1']]),
  held: [],
  staged: [],
  lies: new Set(),
  scriptletFails: new Set(),
  failed: [],
});

const ask = <Args, Answer>(name: string): Probe<Args, Answer> => ({
  script: args => defineScript(`second.${name}`, {args: JSON.stringify(args ?? null)}, ':', {root: true}),
  parse: raw => JSON.parse(Buffer.from(raw).toString()) as Answer,
});
const payload = (name: string, args: unknown): Script =>
  defineScript(`second.${name}`, {args: JSON.stringify(args)}, ':', {root: true});

/** A manager beside apt, with one pending update: `lib` from 1 to 2. */
export const second: Manager = {
  id: 'dnf4',
  proven: {by: 'lab'},
  database: 'rpm',
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

/** What a host answers to a probe of the second manager; undefined for a script that is none of its. */
export const answerSecond = (state: SecondState, text: string): string | undefined => {
  const asked = readSecond(text);
  return asked === undefined ? undefined : JSON.stringify(answers[asked.name]?.(state, asked.args));
};

/** Does at once what a payload of the second manager would. */
export const carryOutSecond = (state: SecondState, verb: string, args: string): void => {
  const name = verb.replace('second.', '');
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

const readSecond = (text: string): {name: string; args: Asked} | undefined => {
  const header = readScriptHeader(text);
  if (header?.verb.startsWith('second.') !== true) return undefined;
  const {args} = header.args as {args: string};
  return {name: header.verb.replace('second.', ''), args: JSON.parse(args) as Asked};
};

type Asked = {directory?: string; changes?: Change[]};

const libTo = (from: string, to: string): Change[] => [
  {manager: 'dnf4', name: 'lib', arch: 'x86_64', from, to},
];
const file = (version: string): StagedFile => ({
  name: 'lib',
  arch: 'x86_64',
  version,
  file: `lib-${version}.rpm`,
  sha256: '0'.repeat(64),
  bytes: 1000,
  source: 'archive',
});

const answers: Record<string, (state: SecondState, args: Asked) => unknown> = {
  refresh: () => ({fresh: true, failures: []}),
  pending: ({installed}) =>
    installed.get('lib') !== '1'
      ? []
      : [
          {
            manager: 'dnf4',
            name: 'lib',
            arch: 'x86_64',
            installed: '1',
            candidate: '2',
            source: 'lib',
            sourceVersion: '2',
            origin: 'updates',
            security: true,
          },
        ],
  installed: ({installed}) =>
    [...installed].map(([name, version]): InstalledPackage => ({
      manager: 'dnf4',
      name,
      arch: 'x86_64',
      version,
      source: name,
      sourceVersion: version,
      status: 'ii',
    })),
  marks: ({held}) => ({automatic: ['lib'], held}),
  room: () => 2000,
  simulate: () => ({changes: libTo('1', '2')}),
  'simulate-staged': () => ({changes: libTo('1', '2')}),
  'simulate-undo': () => ({changes: libTo('2', '1')}),
  staged: () => ({fresh: [file('2')], previous: [file('1')], gone: []}),
  complaints: ({failed}) => failed.map(what => ({name: 'lib', what})),
  'changed-configuration': () => [],
  owners: () => [],
};
