import {createHash} from 'node:crypto';
import {mkdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {apk} from '../../src/managers/apk/apk.ts';
import type {Change} from '../../src/model/package.ts';
import type {StagedFile, StepPoint} from '../../src/model/rollback.ts';
import {makeStubApk, type StubApk} from './stub-apk.ts';

/** Alpine has busybox's shell and programs; these scripts run in the real ones, apk alone is a stub. */
let host: StubApk;
let directory: string;
beforeEach(async () => {
  host = await makeStubApk();
  directory = join(host.root, 'stage/plan');
  await host.write('etc/apk/world', 'web\nedgy@edge\nheld=1.0-r0\nlow>1.0\n');
  await host.write(
    'lib/apk/db/installed',
    ['web 1.0-r0', 'edgy 1.0-r0 edge', 'held 1.0-r0', 'lib++ 1.0-r0', '.build-deps 20260101.0']
      .map(stanza)
      .join('\n'),
  );
});
afterEach(() => host.remove());

const stanza = (line: string): string => {
  const [name = '', version = '', tag] = line.split(' ');
  const files = name === 'web' ? ['F:etc/web', 'R:web.conf', 'F:usr/bin', 'R:web'] : [];
  return [
    `C:Q1`,
    `P:${name}`,
    `V:${version}`,
    'A:x86_64',
    `o:${name}-source`,
    ...(tag === undefined ? [] : [`s:${tag}`]),
    ...files,
    '',
  ].join('\n');
};
const change = (name: string, from: string | null, to: string | null): Change => ({
  manager: 'apk',
  name,
  arch: 'x86_64',
  from,
  to,
});
const file = (name: string, version: string, content: string): StagedFile => ({
  name,
  arch: 'x86_64',
  version,
  file: `${name}-${version}.apk`,
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
  source: 'archive',
});
const pointWith = (fresh: StagedFile[], previous: StagedFile[]): StepPoint => ({
  manager: 'apk',
  directory,
  fresh,
  previous,
  gone: [],
  automatic: [],
  held: [],
  simulated: true,
  grade: 'full',
  reasons: [],
});
const put = async (folder: 'new' | 'old', files: readonly StagedFile[], content: string): Promise<void> => {
  await mkdir(join(directory, folder), {recursive: true});
  for (const each of files) await host.write(`stage/plan/${folder}/${each.file}`, content);
};

describe('an install of staged files in a busybox (doc: apk-tools 2.14.10)', () => {
  const fresh = [file('web', '1.1-r0', 'new'), file('edgy', '1.1-r0', 'new')];
  const previous = [file('web', '1.0-r0', 'old'), file('edgy', '1.0-r0', 'old')];
  const changes = [
    change('web', '1.0-r0', '1.1-r0'),
    change('edgy', '1.0-r0', '1.1-r0'),
    change('gone', '1-r0', null),
  ];
  let point: StepPoint;
  beforeEach(async () => {
    point = pointWith(fresh, previous);
    await put('new', fresh, 'new');
    await put('old', previous, 'old');
  });

  it('takes exact versions from these files alone, those of a tagged repository under their tag', async () => {
    expect((await host.run(apk.install({point, changes}))).code).toBe(0);
    const calls = await host.calls();
    const folder = `${directory}/new`;
    expect(calls.at(-1)).toBe(
      `add --no-network --allow-untrusted --wait 300 -X ${folder}/tag- -X @edge ${folder}/tag-edge web=1.1-r0 edgy@edge=1.1-r0 !gone`,
    );
    expect((await stat(`${folder}/tag-edge/x86_64/edgy-1.1-r0.apk`)).isFile()).toBe(true);
  });

  it('leaves the world as it was, whether apk ends well or not: a pin would keep the next update away', async () => {
    const before = await host.read('etc/apk/world');
    await host.run(apk.install({point, changes}));
    expect(await host.read('etc/apk/world')).toBe(before);
    await host.write('ends', '1');
    expect((await host.run(apk.install({point, changes}))).code).toBe(1);
    expect(await host.read('etc/apk/world')).toBe(before);
  });

  it('an attempt that was cut short left its pins in the world: the next takes them out', async () => {
    const before = await host.read('etc/apk/world');
    await host.write('stage/plan/world', before);
    await host.write('etc/apk/world', `${before}web=1.1-r0\n`);
    await host.run(apk.undo({point, changes}));
    expect(await host.read('etc/apk/world')).toBe(before);
  });

  it('installs nothing where a file is not what was staged', async () => {
    await host.write('stage/plan/new/web-1.1-r0.apk', 'another');
    const {code, stdout} = await host.run(apk.install({point, changes}));
    expect([code, stdout]).toEqual([1, expect.stringContaining('patchdeck-error')]);
    expect((await host.calls()).filter(call => call.startsWith('add'))).toEqual([]);
  });

  it('keeps what stood below /etc, and undo brings that back', async () => {
    // The paths of the database are of the root directory: these are the only files that are put there.
    await host.write(
      'lib/apk/db/installed',
      `C:Q1\nP:web\nV:1.0-r0\nF:etc${host.root}\nR:web.conf\nF:usr\nR:other\n`,
    );
    await host.write('web.conf', 'mine');
    await mkdir(join(host.root, 'etc'), {recursive: true});
    const script = apk.install({point, changes});
    await host.run({...script, text: script.text.replaceAll('print "/" folder', 'print substr(folder, 4)')});
    expect(await host.read('stage/plan/configuration.all')).toBe(`${host.root}/web.conf\n`);
    await host.write('web.conf', 'theirs');
    await host.write('web.conf.apk-new', 'theirs');
    const changed = async (): Promise<string[]> =>
      apk.changedConfiguration.parse(
        Buffer.from((await host.run(apk.changedConfiguration.script({directory}))).stdout),
      );
    expect(await changed()).toEqual([`${host.root}/web.conf`, `${host.root}/web.conf.apk-new`]);
    await host.run(apk.undo({point, changes}));
    expect(await host.read('web.conf')).toBe('mine');
    expect(await changed()).toEqual([]);
  });
});

describe('package lists in a busybox (doc: apk-tools 2.14.10)', () => {
  const refreshed = async () =>
    apk.refresh.parse(Buffer.from((await host.run(apk.refresh.script(undefined))).stdout));

  it('are not fresh where no repository is enabled: apk updates nothing, and ends well', async () => {
    await host.write('etc/apk/repositories', '# https://mirror.example/main\n\n');
    expect(await refreshed()).toEqual({fresh: false, failures: ['no repository is enabled']});
    await host.write('etc/apk/repositories', '# own\n@edge https://mirror.example/edge\n');
    expect(await refreshed()).toEqual({fresh: true, failures: []});
  });
});

describe('staging in a busybox (doc: apk-tools 2.14.10)', () => {
  const policy = (name: string): string =>
    `${name} policy:\n  1.0-r0:\n    lib/apk/db/installed\n    etc/apk/cache\n  1.1-r0:\n    https://mirror.example/main\n  2.0-r0:\n    @edge https://mirror.example/edge\n`;

  it('fetches from the repository that has the version; the old one comes from the cache, or is gone', async () => {
    await host.write('policy/web', policy('web'));
    await host.write('policy/lib++', policy('lib++'));
    await host.write('mirror/web-1.1-r0.apk', 'new');
    await host.write('mirror/lib++-1.1-r0.apk', 'new');
    await host.write('var/cache/apk/web-1.0-r0.0123abcd.apk', 'old');
    const changes = [change('web', '1.0-r0', '1.1-r0'), change('lib++', '1.0-r0', '1.1-r0')];
    expect((await host.run(apk.stage({directory, changes}))).code).toBe(0);
    expect((await host.calls()).find(call => call.startsWith('fetch'))).toBe(
      'fetch -q --repositories-file repository -o new web',
    );
    expect(await host.read('stage/plan/repository')).toBe('https://mirror.example/main\n');
    const {fresh, previous, gone} = apk.staged.parse(
      Buffer.from((await host.run(apk.staged.script({directory}))).stdout),
    );
    expect(fresh.map(({file: name}) => name)).toEqual(['web-1.1-r0.apk', 'lib++-1.1-r0.apk']);
    expect(previous).toMatchObject([{name: 'web', version: '1.0-r0', source: 'cache'}]);
    expect(gone).toEqual([{name: 'lib++', arch: 'x86_64', version: '1.0-r0'}]);
  });

  it('a file that is not whole, and one that no repository has, are missing and said', async () => {
    await host.write('policy/web', policy('web'));
    await host.write('mirror/web-1.1-r0.apk', 'torn');
    const changes = [change('web', null, '1.1-r0'), change('held', null, '1.2-r0')];
    const {code, stdout} = await host.run(apk.stage({directory, changes}));
    expect(code).toBe(1);
    expect(stdout).toContain('patchdeck-missing new web 1.1-r0');
    expect(stdout).toContain('patchdeck-missing new held 1.2-r0');
  });
});

describe('what is pending in a busybox (doc: apk-tools 2.14.10)', () => {
  const upgradable = (name: string): string =>
    `${name}-1.1-r0 x86_64 {${name}} (MIT) [upgradable from: ${name}-1.0-r0]`;
  const ask = async (): Promise<Record<string, string | undefined>> => {
    const {stdout} = await host.run(apk.pending.script(undefined));
    return Object.fromEntries(
      apk.pending.parse(Buffer.from(stdout)).map(update => [update.name, update.notInstalled]),
    );
  };
  beforeEach(async () => {
    await host.write(
      'policy/alpine-baselayout',
      'alpine-baselayout policy:\n  1:\n    https://mirror.example/v3/main\n',
    );
    for (const name of ['web', 'lib++', 'held', 'broken', 'takes'])
      await host.write(
        `policy/${name}`,
        `${name} policy:\n  1.1-r0:\n    https://mirror.example/v3/community\n`,
      );
  });

  it('all are asked for at once; each alone only where that is refused or takes packages away', async () => {
    await host.write('upgradable', ['web', 'lib++'].map(upgradable).join('\n'));
    expect(await ask()).toEqual({web: undefined, 'lib++': undefined});
    expect((await host.calls()).filter(call => call.startsWith('add'))).toEqual([
      'add --simulate lib++=1.1-r0 web=1.1-r0',
    ]);
    await host.write('upgradable', ['web', 'broken', 'takes', 'held'].map(upgradable).join('\n'));
    expect(await ask()).toEqual({
      web: undefined,
      broken: 'broken-dependency',
      takes: 'needs-new-or-removed',
      held: 'held',
    });
  });

  it('what stands in the database is what is installed, without the notes of apk add --virtual', async () => {
    const {stdout} = await host.run(apk.installed.script(undefined));
    expect(apk.installed.parse(Buffer.from(stdout)).map(({name, source}) => `${name} ${source}`)).toEqual([
      ...['web web-source', 'edgy edgy-source', 'held held-source', 'lib++ lib++-source'],
    ]);
    const marks = apk.marks.parse(Buffer.from((await host.run(apk.marks.script(undefined))).stdout));
    expect(marks).toEqual({automatic: ['lib++'], held: ['held']});
  });
});
