import {execFile} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {customManager} from '../../src/managers/custom/custom.ts';
import type {Manager} from '../../src/managers/manager.ts';
import {createManagers} from '../../src/managers/registry.ts';
import {customManagerSchema, customManagersSchema} from '../../src/model/custom.ts';
import type {Change} from '../../src/model/package.ts';
import type {StepPoint} from '../../src/model/rollback.ts';
import type {Probe, Script} from '../../src/model/script.ts';
import {host as statedHost, scan} from '../policy/example-fleet.ts';

/** An application in a folder: a file for each version it could have, one that says which it has. Every call is kept. */
const updater = `#!/bin/sh
here=$(dirname "$0")
for word; do printf '[%s]' "$word"; done >> "$here/calls"; echo >> "$here/calls"
[ ! -e "$here/crash" ] || { echo 'half an answer'; echo 'it crashed' >&2; exit 3; }
has=$(cat "$here/installed")
case $1 in
  pending) [ "$has" = 2 ] || printf 'shop\\t%s\\t2\\tsecurity\\n' "$has"; [ -e "$here/cut" ] || echo end ;;
  installed) printf 'shop\\t%s\\n' "$has"; echo end ;;
  stage) [ -e "$here/versions/$3" ] && cp "$here/versions/$3" "$4/app" ;;
  install) [ "$has" = "$3" ] && [ "$(cat "$5/app")" = "version $4" ] && echo "$4" > "$here/installed" ;;
  undo) [ "$has" = "$3" ] && [ "$(cat "$5/app")" = "version $4" ] && echo "$4" > "$here/installed" ;;
esac
`;

let folder: string;
let shop: Manager;
let directory: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-custom-'));
  directory = join(folder, 'stage', 'plan');
  await mkdir(join(folder, 'versions'));
  for (const version of ['1', '2']) await writeFile(join(folder, 'versions', version), `version ${version}`);
  await writeFile(join(folder, 'installed'), '1\n');
  const program = join(folder, 'updater');
  await writeFile(program, updater);
  await chmod(program, 0o755);
  const command = (word: string): string[] => [program, word];
  shop = customManager(
    'custom/shop',
    customManagerSchema.parse({
      pending: command('pending'),
      installed: command('installed'),
      stage: command('stage'),
      install: command('install'),
      undo: command('undo'),
      deadline: 20,
    }),
  );
});
afterEach(() => rm(folder, {recursive: true, force: true}));

const run = ({text}: Script): Promise<{code: number; stdout: string}> =>
  new Promise(resolve => {
    const child = execFile('/bin/sh', ['-s'], (error, stdout) =>
      resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout}),
    );
    child.stdin?.end(text);
  });
const ask = async <Args, Answer>(probe: Probe<Args, Answer>, args: Args): Promise<Answer> =>
  probe.parse(Buffer.from((await run(probe.script(args))).stdout));
const calls = async (): Promise<string[]> =>
  (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n');
const has = async (): Promise<string> => (await readFile(join(folder, 'installed'), 'utf8')).trim();
const changes: Change[] = [{manager: 'custom/shop', name: 'shop', arch: 'any', from: '1', to: '2'}];
const staged = async (): Promise<StepPoint> => {
  expect((await run(shop.stage({directory, changes}))).code).toBe(0);
  const packages = await ask(shop.staged, {directory});
  return {
    ...{manager: 'custom/shop', directory, ...packages, automatic: [], held: []},
    ...{simulated: false, grade: 'partial', reasons: []},
  };
};

describe("an application's own updater", () => {
  it('that does not say what an update is for leaves that unknown; `other` is no security fix', () => {
    const answer = (kind: string): Buffer =>
      Buffer.from(`@@ wanted\n@@ answer\nshop\t1\t2${kind}\nend\n@@ code\n0\n@@ end\n`);
    const told = (kind: string): unknown => shop.pending.parse(answer(kind))[0]?.security;
    expect(['', '\tunknown', '\tother', '\tsecurity'].map(told)).toEqual([null, null, false, true]);
  });

  it('that names CVEs and how bad they are is ranked by them, as a repository with advisories; `-` names none', () => {
    const told = (rest: string): unknown =>
      shop.pending.parse(
        Buffer.from(`@@ wanted\n@@ answer\nshop\t1\t2+b~1${rest}\nend\n@@ code\n0\n@@ end\n`),
      )[0]?.advisories;
    expect(told('\tsecurity')).toBeUndefined();
    expect(told('\tsecurity\t\t')).toBeUndefined();
    expect(told('\tsecurity\t-')).toEqual([{id: 'shop-2.b.1', cves: []}]);
    expect(told('\tsecurity\tCVE-2026-1234,CVE-2026-12345')).toEqual([
      {id: 'shop-2.b.1', cves: ['CVE-2026-1234', 'CVE-2026-12345']},
    ]);
    expect(told('\tsecurity\tCVE-2026-1234\thigh')).toEqual([
      {id: 'shop-2.b.1', cves: ['CVE-2026-1234'], severity: 'high'},
    ]);
  });

  it('says what is pending and what is installed', async () => {
    expect(await ask(shop.pending, undefined)).toMatchObject([
      {manager: 'custom/shop', name: 'shop', installed: '1', candidate: '2', security: true},
    ]);
    expect(await ask(shop.installed, undefined)).toMatchObject([{name: 'shop', version: '1', status: 'ii'}]);
    expect(await calls()).toEqual(['[pending]', '[installed]']);
  });

  test.each([
    ['crash', /it ended with 3: it crashed; nothing was taken from it/],
    ['cut', /its last line is not "end"/],
  ])('that ends with "%s" is not believed: nothing pending is something else', async (how, says) => {
    await writeFile(join(folder, how), '');
    await expect(ask(shop.pending, undefined)).rejects.toThrow(says);
  });

  it('that takes longer than its deadline is ended, and not believed', async () => {
    await writeFile(join(folder, 'updater'), '#!/bin/sh\nprintf "shop\\t1\\n"; exec sleep 60\n');
    const [program, words] = [join(folder, 'updater'), ['/x']];
    const slow = customManager(
      'custom/shop',
      customManagerSchema.parse({
        ...{pending: words, installed: [program], stage: words, install: words, undo: words, deadline: 1},
      }),
    );
    await expect(ask(slow.installed, undefined)).rejects.toThrow(/it ended with 124/);
  });

  test.each([
    'shop\t1',
    'shop\t1\t1',
    'shop\t1\t2\tmaybe',
    'sh op\t1\t2',
    'shop\t1\t$(x)',
    'shop\t1\t2\tother\tx',
    'shop\t1\t2\tother\tCVE-2026-1234',
    'shop\t1\t2\tunknown\t-',
    'shop\t1\t2\tsecurity\tCVE-26-1',
    'shop\t1\t2\tsecurity\tCVE-2026-1234, CVE-2026-1235',
    'shop\t1\t2\tsecurity\tCVE-2026-1234\tawful',
    'shop\t1\t2\tsecurity\tCVE-2026-1234\thigh\tx',
  ])('whose line is "%s" is not believed', line => {
    const answer = `@@ wanted\n\n@@ answer\n${line}\nend\n\n@@ code\n0\n@@ end\n`;
    expect(() => shop.pending.parse(Buffer.from(answer))).toThrow(/is no update/);
  });

  it('simulates by asking anew: what it does not offer any more is refused', async () => {
    const want = (version: string) => ask(shop.simulate, [{name: 'shop', arch: 'any', version}]);
    expect(await want('2')).toEqual({changes, refused: undefined});
    expect(await want('3')).toEqual({
      changes: [],
      refused: 'shop 3 is not offered by its updater any more',
    });
  });

  it('is staged as one file a version, the same each time, and simulated from what is installed then', async () => {
    const point = await staged();
    expect(point.fresh).toMatchObject([{name: 'shop', version: '2', file: 'shop_0.tar'}]);
    expect(point.previous).toMatchObject([{name: 'shop', version: '1'}]);
    expect((await staged()).fresh).toEqual(point.fresh);
    const {fresh} = point;
    expect((await ask(shop.simulateStaged, {directory, changes, fresh})).changes).toEqual(changes);
    await writeFile(join(folder, 'installed'), '1.5\n');
    const drifted = await ask(shop.simulateStaged, {directory, changes, fresh});
    expect(drifted.changes).toMatchObject([{from: '1.5', to: '2'}]);
  });

  it('gives files whose modes are its own: its service may run as another user, who has to read them', async () => {
    await chmod(join(folder, 'versions', '2'), 0o755);
    const point = await staged();
    const {stdout} = await run({
      ...shop.stage({directory, changes}),
      text: `tar -tvf '${directory}/new/${point.fresh[0]?.file ?? ''}'`,
    });
    expect(stdout).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/app$/m);
    expect((await stat(join(directory, 'new'))).mode & 0o077).toBe(0);
  });

  it('that cannot give the version of before has no way back, and one that cannot give the new one is not staged', async () => {
    await rm(join(folder, 'versions', '1'));
    expect(await staged()).toMatchObject({previous: [], gone: [{name: 'shop', version: '1'}]});
    await rm(join(folder, 'versions', '2'));
    expect((await run(shop.stage({directory, changes}))).code).toBe(1);
    expect((await ask(shop.staged, {directory})).fresh).toEqual([]);
  });

  it('installs from the staged files and goes back to them, though the updater could not give them any more', async () => {
    const point = await staged();
    await rm(join(folder, 'versions'), {recursive: true});
    expect((await run(shop.install({point, changes}))).code).toBe(0);
    expect(await has()).toBe('2');
    expect((await run(shop.undo({point, changes}))).code).toBe(0);
    expect(await has()).toBe('1');
    const [install, undo] = (await calls()).slice(-2);
    expect(install).toMatch(/^\[install\]\[shop\]\[1\]\[2\]\[\/var\/tmp\/patchdeck\.\w+\]$/);
    expect(undo).toMatch(/^\[undo\]\[shop\]\[2\]\[1\]\[\/var\/tmp\/patchdeck\.\w+\]$/);
    const left = (await readdir('/var/tmp')).filter(name => install?.includes(name) ?? false);
    expect(left).toEqual([]);
  });

  it('that can rehearse its undo is asked before the upgrade, with the old files; what it refuses is the reason', async () => {
    const point = await staged();
    const asked = {directory, changes, previous: point.previous, fresh: point.fresh};
    const rehearsing = (...words: string[]): NonNullable<Manager['simulateUndo']> => {
      const program = join(folder, 'updater');
      const own = customManagerSchema.parse({
        ...{pending: [program, 'pending'], installed: [program, 'installed'], stage: [program, 'stage']},
        ...{install: [program, 'install'], undo: [program, 'undo'], rehearseUndo: [program, ...words]},
      });
      const {simulateUndo} = customManager('custom/shop', own);
      if (simulateUndo === undefined) throw new Error('it cannot rehearse');
      return simulateUndo;
    };
    expect(shop.simulateUndo).toBeUndefined();
    expect(await ask(rehearsing('rehearse'), asked)).toEqual({
      changes: [{...changes[0], from: '2', to: '1'}],
      refused: undefined,
    });
    expect((await calls()).at(-1)).toMatch(/^\[rehearse\]\[shop\]\[2\]\[1\]\[\/var\/tmp\/patchdeck\.\w+\]$/);
    expect(await has()).toBe('1');
    // The version that it is asked to leave is not there yet.
    expect(await ask(rehearsing('undo'), asked)).toEqual({
      changes: [],
      refused: 'its updater says of the rehearsal: shop 1: the updater ended with 1',
    });
    await writeFile(join(directory, 'old', 'shop_0.tar'), 'another');
    expect((await ask(rehearsing('rehearse'), asked)).refused).toContain('is not what was staged');
  });

  it('is not given a file that is not what was staged', async () => {
    const point = await staged();
    await writeFile(join(directory, 'new', 'shop_0.tar'), 'another');
    const {code, stdout} = await run(shop.install({point, changes}));
    expect({code, stdout}).toEqual({
      code: 1,
      stdout: 'patchdeck-error new/shop_0.tar is not what was staged\n',
    });
    expect(await has()).toBe('1');
  });

  it('gets words as they are, whatever is in them', async () => {
    const words = ['$(touch${IFS}CANARY)', '`touch CANARY`', '*', "';touch CANARY;'", '~', '-n'];
    const own = customManagerSchema.parse({
      ...{pending: [join(folder, 'updater'), ...words], installed: ['/x'], stage: ['/x']},
      ...{install: ['/x'], undo: ['/x']},
    });
    await run(customManager('custom/shop', own).pending.script(undefined));
    expect(await calls()).toEqual([words.map(word => `[${word}]`).join('')]);
    expect(await readdir(folder)).not.toContain('CANARY');
  });
});

describe('the commands of an updater', () => {
  const stated = {pending: ['/p'], installed: ['/i'], stage: ['/s'], install: ['/n'], undo: ['/u']};
  it('come before the distribution where the inventory says so, otherwise last', () => {
    const facts = {...scan('web1', []).facts, managers: ['apt']};
    const order = (custom: Record<string, unknown>): string[] =>
      createManagers([apt])
        .on(statedHost('web1', {custom: customManagersSchema.parse(custom)}), facts)
        .map(({id}) => id);
    expect(order({b: {...stated, before: ['apt']}, a: stated, c: {...stated, before: ['apt']}})).toEqual([
      'custom/b',
      'custom/c',
      'apt',
      'custom/a',
    ]);
    expect(order({a: {...stated, before: ['zypper']}})).toEqual(['apt', 'custom/a']);
  });
  it('begin with a whole path and are words of one line', () => {
    expect(customManagerSchema.parse(stated)).toMatchObject({user: 'root', deadline: 600});
    for (const wrong of [['p'], [], ['/p', 'a\nb'], ['/p', ''], '/p'])
      expect(customManagerSchema.safeParse({...stated, pending: wrong}).success).toBe(false);
    for (const user of ['-x', 'a b', '$(x)', ''])
      expect(customManagerSchema.safeParse({...stated, user}).success).toBe(false);
  });
});
