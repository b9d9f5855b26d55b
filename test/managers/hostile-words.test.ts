import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {restartUnits} from '../../src/hosts/restart.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import type {Manager} from '../../src/managers/manager.ts';
import {distributionManagers} from '../../src/managers/registry.ts';
import {zypper} from '../../src/managers/zypper/zypper.ts';
import type {Change} from '../../src/model/package.ts';
import type {StepPoint, StagedFile} from '../../src/model/rollback.ts';
import type {Script} from '../../src/model/script.ts';
import {makeStubs, type Call, type Stubs} from './stub-programs.ts';

/**
 * The schemas let none of these through; the scripts would not care. Each script runs as it is, in a real shell, on a PATH of stubs
 * that keep what they were called with. A word that was executed would leave CANARY behind.
 */
const hostile = [
  ...['$(touch${IFS}CANARY)', '`touch\tCANARY`', ';touch CANARY;', '&&touch CANARY', '|touch CANARY'],
  ...[
    "';touch CANARY;'",
    '";touch CANARY;"',
    '>CANARY',
    '$HOME',
    '${HOME}',
    '\\',
    '#',
    '&',
    '~',
    '!!',
    '%s%n',
  ],
];
const word = fc.stringMatching(/^[^\s\0\u001e\u001f*?[\]]{1,12}$/u);

let stubs: Stubs;
/** What rpm says its database is: small, since scripts copy it. Where it says nothing they have to copy nothing. */
let database: string;
beforeAll(async () => {
  database = await mkdtemp(join(tmpdir(), 'patchdeck-rpm-'));
  await writeFile(join(database, 'rpmdb.sqlite'), 'packages');
  stubs = await makeStubs({'dpkg-deb': 'web', rpm: `${database}\n`});
});
beforeEach(async () => {
  await stubs.calls();
});
afterAll(async () => {
  await stubs.remove();
  await rm(database, {recursive: true});
});

const argumentsOf = (calls: readonly Call[], program: string): string[] =>
  calls.filter(call => call.program === program).flatMap(call => call.args);
const canary = async (): Promise<boolean> => (await stubs.files()).includes('CANARY');

const file = (name: string, version: string): StagedFile => ({
  name,
  arch: 'all',
  version,
  file: `${name}_${version}_all.deb`,
  sha256: createHash('sha256').update('').digest('hex'),
  bytes: 0,
  source: 'archive',
});
const change = (name: string, from: string | null, to: string | null): Change => ({
  manager: 'apt',
  name,
  arch: 'all',
  from,
  to,
});
const pointWith = (names: readonly string[]): StepPoint => ({
  manager: 'apt',
  directory: stubs.folder,
  fresh: [],
  previous: [],
  gone: [],
  automatic: [...names],
  held: [...names],
  simulated: true,
  grade: 'full',
  reasons: [],
});

/** Puts packages, empty ones, where an install and a way back look for them. */
const putFiles = async (names: readonly string[]): Promise<void> => {
  for (const folder of ['new', 'old']) {
    await mkdir(join(stubs.folder, folder), {recursive: true});
    for (const name of names) await writeFile(join(stubs.folder, folder, file(name, name).file), '');
  }
};

/** Every script of a manager that takes words which came from a host, an archive or a file. */
const scripts = (manager: Manager, words: readonly string[]): Script[] => {
  const directory = stubs.folder;
  const changes = words.map(name => change(name, name, name));
  const files = words.map(name => file(name, name));
  const added = words.map(name => change(name, null, name));
  const removed = words.map(name => change(name, name, null));
  const point = {...pointWith(words), previous: files};
  const back = {directory, changes: added, previous: files, fresh: files};
  const [name = '', version = ''] = words;
  return [
    manager.simulate.script(words.map(each => ({name: each, arch: each, version: each}))),
    manager.simulateStaged.script({directory, changes: removed, fresh: files}),
    ...(manager.simulateUndo === undefined ? [] : [manager.simulateUndo.script(back)]),
    ...(manager.refusals === undefined ? [] : [manager.refusals.script(back)]),
    manager.stage({directory, changes}),
    manager.staged.script({directory}),
    manager.install({point: {...point, fresh: files}, changes}),
    manager.undo({point, changes: added}),
    manager.changedConfiguration.script({directory}),
    ...(manager.complaints === undefined ? [] : [manager.complaints.script({directory})]),
    ...(manager.changelog === undefined ? [] : [manager.changelog.script({name, version})]),
    manager.room.script(changes),
    manager.owners.script({unit: name}),
    restartUnits(words),
  ];
};

/** What is in files only may be asked without calling any program that is a stub here. */
const mayReadOnly = /\.(staged|changed-configuration|complaints|room|owners|refusals)$/;

describe.each(distributionManagers)('words of hosts and archives, in the scripts of $id', manager => {
  it('are arguments of programs and nothing else', async () => {
    const called = new Set<string>();
    for (const script of scripts(manager, hostile)) {
      // Each time: staging takes away what it did not fetch.
      await putFiles(hostile);
      await stubs.run(script.text);
      expect(await canary(), script.verb).toBe(false);
      if ((await stubs.calls()).length > 0) called.add(script.verb);
    }
    const others = scripts(manager, hostile).filter(({verb}) => !mayReadOnly.test(verb));
    expect(others.map(({verb}) => verb).filter(verb => !called.has(verb))).toEqual([]);
  });

  it('are not executed where the script lost its end on the way: it calls nothing at all', async () => {
    for (const {verb, text} of scripts(manager, ['web', '1.0'])) {
      const last = text.lastIndexOf('\npatchdeck_main ') + 'patchdeck_mai'.length;
      for (const share of [0.2, 0.5, 0.8, 0.95, 1]) {
        const {stdout} = await stubs.run(text.slice(0, Math.floor(last * share)));
        expect({stdout, calls: await stubs.calls()}, `${verb} at ${share}`).toEqual({stdout: '', calls: []});
      }
    }
  });
});

describe('words of hosts and archives', () => {
  it('run where they are given to a shell as text: the canary sings', async () => {
    const other = await makeStubs();
    await other.run(`eval "echo ${hostile[0] ?? ''}"`);
    expect(await other.files()).toEqual(['CANARY']);
    await other.remove();
  });

  it('reach apt-get as they were given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, {minLength: 1, maxLength: 6}), async words => {
        await stubs.run(apt.simulate.script(words.map(name => ({name, arch: 'all', version: '1'}))).text);
        const args = argumentsOf(await stubs.calls(), 'apt-get');
        expect(args.slice(args.indexOf('install') + 1)).toEqual(words.map(name => `${name}:all=1`));
      }),
      {numRuns: 40},
    );
  });

  it('reach zypper as they were given, where it is asked in a copy of the database', async () => {
    const words = hostile.map(name => ({name, arch: name, version: name}));
    await stubs.run(zypper.simulate.script(words).text);
    const args = argumentsOf(await stubs.calls(), 'zypper');
    expect(
      args
        .slice(args.indexOf('--force-resolution') + 1)
        .join(' ')
        .split(/\s+/),
    ).toEqual(
      hostile
        .map(name => `${name}.${name}=${name}`)
        .join(' ')
        .split(/\s+/),
    );
  });

  describe.each(
    distributionManagers.flatMap(({id, database: kind, simulateUndo}) =>
      kind === 'rpm' && simulateUndo !== undefined ? [{id, simulateUndo}] : [],
    ),
  )('are rehearsed by $id in a copy', ({simulateUndo}) => {
    const isCopied = async (said: string): Promise<boolean> => {
      const changes = [change('web', '1', '2')];
      const script = simulateUndo.script({directory: stubs.folder, changes, previous: [], fresh: []});
      await stubs.run(`rm -f COPIED
rpm() { [ "$*" != '-E %_dbpath' ] || echo '${said}'; }
cp() { : > COPIED; }
${script.text}`);
      return (await stubs.files()).includes('COPIED');
    };
    it('of a database', async () => {
      expect(await isCopied(database)).toBe(true);
    });
    it.each(['', '/', '//', '/var', '/nowhere'])('of nothing where rpm calls "%s" one', async said => {
      expect(await isCopied(said)).toBe(false);
    });
  });

  it('reach systemctl and apt-mark as they were given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(word, {minLength: 1, maxLength: 4}), async words => {
        await stubs.run(restartUnits(words).text);
        const restarted = (await stubs.calls()).filter(call => call.args[0] === 'restart');
        expect(restarted.map(call => call.args)).toEqual(words.map(unit => ['restart', unit]));
      }),
      {numRuns: 20},
    );
    await stubs.run(apt.undo({point: pointWith(hostile), changes: []}).text);
    const held = (await stubs.calls()).find(call => call.args[0] === 'hold');
    expect(held?.args.join(' ').split(/\s+/)).toEqual(['hold', ...hostile].join(' ').split(/\s+/));
  });
});

describe('what apt is told', () => {
  const installed = async (text: string): Promise<string[]> => {
    await stubs.run(text);
    return argumentsOf(await stubs.calls(), 'apt-get');
  };

  it('an install takes the staged files only, keeps edited configuration, and shows its progress', async () => {
    const changes = [change('web', '1', '2'), change('old', '1', null)];
    await putFiles(['web']);
    await writeFile(join(stubs.folder, 'new/web_2_all.deb'), 'another');
    const args = await installed(
      apt.install({point: {...pointWith(['web']), fresh: [file('web', '2')]}, changes}).text,
    );
    // The file is not what was staged: its hash is looked at first, and nothing is installed.
    expect(args).toEqual([]);
    const none = {...pointWith([]), fresh: []};
    expect(await installed(apt.install({point: none, changes}).text)).toEqual([
      ...['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confdef'],
      ...['-o', 'Dpkg::Options::=--force-confold', '-o', 'Dpkg::Use-Pty=0', '-o', 'APT::Status-Fd=3'],
      ...['-o', 'Dir::Etc::SourceList=/dev/null', '-o', 'Dir::Etc::SourceParts=/dev/null'],
      ...['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache=', '-o', 'APT::Sandbox::User=root'],
      ...['install', 'old:all-'],
    ]);
  });

  it('a way back may downgrade and change held packages, and sets marks and holds again', async () => {
    const point = {...pointWith(['web']), previous: []};
    await stubs.run(apt.undo({point, changes: [change('lib', null, '1')]}).text);
    const calls = await stubs.calls();
    const args = argumentsOf(calls, 'apt-get');
    expect(args.slice(args.indexOf('APT::Sandbox::User=root') + 1)).toEqual([
      ...['--allow-downgrades', '--allow-change-held-packages', 'install', 'lib:all-'],
    ]);
    expect(argumentsOf(calls, 'apt-mark')).toEqual(['hold', 'web']);
  });
});
