import {appendFile, chmod, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo, type Server} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {listRuns} from '../../src/store/run-store.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectFitForPeople, expectRefusal} from './refusal.ts';

let place: Place;
let fleet: FaultyFleet;
const servers: Server[] = [];
beforeEach(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
});
afterEach(async () => {
  await fleet.close();
  for (const server of servers.splice(0)) server.close();
  await place.remove();
});

const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);
/** A run that was scanned; gives its directory. */
const scanned = async (): Promise<{id: string; directory: string; journal: string}> => {
  const ended = await run('scan');
  if (ended.exit !== 0) throw new Error(ended.stderr);
  const [newest] = await listRuns(place.stateDir);
  const id = newest?.id ?? '';
  const directory = join(place.stateDir, 'runs', id);
  return {id, directory, journal: join(directory, 'journal.jsonl')};
};
const asked = (): number => fleet.get('api1').asked.length;

describe('a journal', () => {
  it('whose last line was torn by a crash is mended: the rest is kept aside, said, and the run goes on', async () => {
    const {directory, journal} = await scanned();
    const before = await readFile(journal, 'utf8');
    await appendFile(journal, '{"v":1,"seq":999,"prevHa');
    const ended = await run('plan', '--package', 'openssl');
    expect(ended.exit).toBe(0);
    expect(ended.stderr).toMatch(
      /the last line of \S+journal\.jsonl was not whole, as after a crash: it was moved to journal\.jsonl\.torn-/,
    );
    const aside = (await readdir(directory)).find(name => name.startsWith('journal.jsonl.torn-')) ?? '';
    expect(await readFile(join(directory, aside), 'utf8')).toBe('{"v":1,"seq":999,"prevHa');
    expect((await readFile(journal, 'utf8')).startsWith(before)).toBe(true);
  });

  it.each([
    ['damaged in the middle', (text: string) => text.replace('host.included', 'host.incluxed'), /line \d+/],
    ['of something else', () => '<html>\n', /is no journal|cannot be read|it begins with/],
    ['null', () => 'null\n', /is no journal: it begins with "null"/],
    ['empty', () => '', /is empty/],
    [
      'of a newer patchdeck',
      (text: string) => text.replace(/\{"v":\d+,(?=[^\n]*\n$)/, '{"v":99,'),
      /newer|version/,
    ],
  ])(
    'that is %s: every command names the run and the file, does nothing and leaves it as it is',
    async (_what, change, says) => {
      const {id, journal} = await scanned();
      const old = await readFile(journal, 'utf8');
      await writeFile(journal, change(old));
      const before = await readFile(journal);
      const seen = asked();
      for (const args of [
        ['plan', '--all'],
        ['test', '--yes'],
        ['deploy', '--yes'],
        ['scan'],
        ['fix', 'CVE-2026-1234'],
      ]) {
        expectRefusal(await run(...args), {
          exit: 3,
          code: 'run.damaged',
          says: [new RegExp(`the newest run, ${id}, cannot be gone on with`), says, /nothing was done/],
          next: /patchdeck scan --new/,
        });
      }
      expectRefusal(await run('report'), {
        exit: 3,
        code: 'run.damaged',
        says: [new RegExp(`the newest run, ${id}, is not whole`), /no report was made/],
        next: new RegExp(`patchdeck report --run ${id}`),
      });
      const list = await run('runs');
      expect(list.exit).toBe(0);
      expect(resultOf(list).problems[0]).toMatchObject({code: 'run.damaged'});
      expect(list.stderr).toMatch(says);
      for (const args of [
        ['plan', '--all', '--run', id],
        ['deploy', '--yes', '--run', id],
      ]) {
        expectRefusal(await run(...args), {
          exit: 3,
          code: 'run.damaged',
          says: [new RegExp(`run ${id} cannot be gone on with`), says, /nothing was done/],
          next: /patchdeck scan --new/,
        });
      }
      expect(asked()).toBe(seen);
      expect(await readFile(journal)).toEqual(before);
    },
    60_000,
  );

  it('that is damaged is not taken for an older run that is whole; a new one goes on without it', async () => {
    const older = await scanned();
    // Ids are of the minute: the damaged run has to be the newer one.
    const newer = join(place.stateDir, 'runs', '29991231-2359-abcd');
    await mkdir(newer, {mode: 0o700});
    await writeFile(join(newer, 'journal.jsonl'), 'null\n', {mode: 0o600});
    expectRefusal(await run('deploy', '--yes'), {
      exit: 3,
      code: 'run.damaged',
      says: [/29991231-2359-abcd/],
      next: /--run ID/,
    });
    const named = await run('plan', '--package', 'openssl', '--run', older.id);
    expect(named.exit).toBe(0);
    const anew = await run('scan', '--new');
    expect(anew.exit).toBe(0);
    expect(await readdir(join(place.stateDir, 'runs'))).toHaveLength(3);
  });

  it('a snapshot that is broken or foreign costs nothing: the journal is the truth', async () => {
    const {directory} = await scanned();
    for (const text of ['null', '[]', '{"half', '{}']) {
      await writeFile(join(directory, 'snapshot.json'), text);
      expect((await run('plan', '--package', 'openssl')).exit).toBe(0);
    }
  });

  it('a file of a scan that is gone or changed is not believed: which, and what to do', async () => {
    const {directory} = await scanned();
    const names = await readdir(join(directory, 'files'));
    for (const name of names) await writeFile(join(directory, 'files', name), '{"v":1}');
    const ended = await run('plan', '--all');
    expectFitForPeople(ended);
    expect(ended.exit).toBe(3);
    expect(ended.stderr).toMatch(/files\/[0-9a-f]+.* not/);
    expect(ended.stderr).toMatch(/next: /);
  });
});

describe('a state directory', () => {
  it('that cannot be made or written is named, before any host is asked', async () => {
    const file = join(place.folder, 'file');
    await writeFile(file, 'mine');
    for (const [path, says] of [
      [join(file, 'below'), /file\/below could not be (read|written) \(ENOTDIR\)/],
      ['/proc/patchdeck', /\/proc\/patchdeck could not be written \(ENOENT\)/],
      ['/dev/null', /\/dev\/null is not a directory; it was left untouched/],
      [file, /file is not a directory; it was left untouched/],
    ] as const) {
      const ended = await run('scan', '--state-dir', path);
      expectFitForPeople(ended);
      const result = resultOf(ended);
      expect([ended.exit, result.exit]).toEqual([3, 3]);
      expect(result.summary).toMatch(says);
      expect(result.problems[0]?.next).toMatch(/disk and its permissions|--state-dir DIR/);
    }
    expect(asked()).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('doctor says so too', async () => {
    const ended = await run('doctor', '--state-dir', '/proc/patchdeck');
    expectRefusal(ended, {
      exit: 2,
      code: 'doctor',
      says: [/state directory: \/proc\/patchdeck could not be written/],
      next: /permissions/,
    });
  });

  it('used by others for other things is not taken; one that is a link is not followed', async () => {
    const shared = join(place.folder, 'shared');
    await mkdir(shared);
    await writeFile(join(shared, 'theirs'), '');
    await chmod(shared, 0o777);
    const link = join(place.folder, 'link');
    await symlink(place.stateDir, link);
    for (const [path, says] of [
      [shared, /is used for other things too, and others may write to it/],
      [link, /is a symbolic link, and the store follows none/],
    ] as const) {
      expectRefusal(await run('scan', '--state-dir', path), {
        exit: 3,
        code: 'store.foreign',
        says: [says, /left untouched/],
        next: /--state-dir DIR/,
      });
    }
    expect(await readdir(shared)).toEqual(['theirs']);
  });
});

describe('two consoles', () => {
  it('the second is told who holds the run, exits with 5 and changes nothing; the first is not disturbed', async () => {
    const {id, journal} = await scanned();
    const server = createServer(socket => socket.on('error', () => undefined));
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    // A fleet with a host that never answers keeps the first one busy, for as long as ssh waits.
    await appendFile(fleet.inventory, `  mute1: {address: 127.0.0.1, port: ${port}}\n`);
    const first = place.start(['scan', '--new', '--json', ...fleet.reach]);
    await first.says(/run \S+ of test/);
    const [held] = (await listRuns(place.stateDir)).filter(other => other.id !== id);
    const ended = await run('scan', '--run', held?.id ?? '');
    expectRefusal(ended, {
      exit: 5,
      code: 'run.held',
      says: [
        new RegExp(`run ${held?.id ?? ''} is held by \\S+ at \\S+ \\(process ${first.child.pid ?? 0}`),
        /nothing was opened or changed/,
      ],
      next: new RegExp(`end process ${first.child.pid ?? 0}`),
    });
    // The record can be read all the same.
    expect((await run('report', '--run', held?.id ?? '')).exit).toBe(0);
    expect((await run('runs')).exit).toBe(0);
    expect((await first.ended).exit).toBe(3);
    expect((await run('plan', '--leave-out', 'mute1', '--run', held?.id ?? '')).exit).toBe(0);
    expect((await readFile(journal, 'utf8')).endsWith('\n')).toBe(true);
  });
});

describe('no run', () => {
  it.each([
    ['plan', '--all'],
    ['test', '--yes'],
    ['deploy', '--yes'],
    ['verify'],
    ['rollback', 'api1', '--yes'],
    ['runs', 'close', '--reason', 'over'],
  ])('%s says where to begin', async (...args) => {
    expectRefusal(await run(...args), {
      exit: 4,
      code: 'run.none',
      says: [/there is no open run; nothing was done/],
      next: /patchdeck scan/,
    });
  });
});
