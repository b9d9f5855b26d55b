import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {z} from 'zod';
import {startFeedServer} from '../advisories/feed-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, type Place} from './program.ts';

const holesSchema = z.looseObject({holes: z.array(z.looseObject({cve: z.string()}))});

let place: Place;
let fleet: FaultyFleet | undefined;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
  await place.remove();
});

it('says who has what after a scan, writes it as CSV and CycloneDX, and names who was not scanned', async () => {
  fleet = await startFaultyFleet(place, ['web1', 'db1'], {extra: ['gone: {address: 127.0.0.1, port: 1}']});
  expect((await place.run('scan', ...fleet.reach)).exit).toBe(3);
  const version = fleet.get('web1').versions()['openssl'] ?? '';
  expect(version).not.toBe('');

  const asked = await place.run('software', 'openssl', version.replace(/-[^-]*$/, ''));
  expect(asked.exit).toBe(3);
  expect(asked.stdout).toMatch(/^web1 +openssl +amd64/m);
  expect(asked.stderr).toContain('not scanned, so what they have is unknown: gone');

  const [csv, cdx] = [join(place.folder, 'a.csv'), join(place.folder, 'a.cdx.json')];
  const one = await place.run('software', '--host', 'web1', '--csv', csv, '--cyclonedx', cdx, '--json');
  expect(one.exit).toBe(0);
  expect(jsonLines(one).at(-1)).toMatchObject({type: 'result', command: 'software', exit: 0});
  expect(await readFile(csv, 'utf8')).toContain(`web1,openssl,amd64,${version},`);
  expect(await readFile(cdx, 'utf8')).toContain('"bomFormat": "CycloneDX"');
  const again = await place.run('software', '--host', 'web1', '--csv', csv);
  expect(again.exit).toBe(2);
});

it('says where a vulnerability is and what a host has, by the last ranking, and of whom nobody knows', async () => {
  fleet = await startFaultyFleet(place, ['web1', 'db1'], {extra: ['gone: {address: 127.0.0.1, port: 1}']});
  await place.run('scan', ...fleet.reach);
  expect((await place.run('software', '--cve', 'CVE-2026-1234')).stderr).toContain('nothing was ranked yet');
  await place.run('scan', '--leave-out', 'gone', ...fleet.reach);
  const open = (more: object) => ({releases: {bookworm: {urgency: 'high', ...more}}});
  const tracker = JSON.stringify({
    openssl: {'CVE-2026-1234': open({status: 'resolved', fixed_version: '3.0.22-1~deb12u2'})},
    perl: {'CVE-2026-4321': open({status: 'open'})},
  });
  const feed = await startFeedServer();
  feed.answer(response => response.end(tracker));
  const synced = await place.run('feeds', 'sync', 'debian', '--feed-url', `debian=${feed.url}`);
  await feed.close();
  expect(synced.exit).toBe(0);
  expect((await place.run('plan', ...fleet.reach)).exit).toBe(0);

  const where = await place.run('software', '--cve', 'cve-2026-1234');
  expect(where.exit).toBe(0);
  expect(where.stdout).toMatch(/^web1 +openssl +3\.0\.\S+ +update to 3\.0\.22-1~deb12u2$/m);
  expect(where.stderr).toContain('CVE-2026-1234: open on 2 hosts');

  const what = await place.run('software', '--cves', 'web1', '--json');
  expect(jsonLines(what).at(-1)).toMatchObject({exit: 0, unknown: []});
  const {holes} = holesSchema.parse(jsonLines(what).at(-1));
  expect(holes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({cve: 'CVE-2026-1234', state: 'fix-pending', severity: 'high'}),
      expect.objectContaining({cve: 'CVE-2026-4321', source: 'perl', state: 'no-fix-yet', fixed: null}),
    ]),
  );

  for (const wrong of [
    ['--cve', 'x'],
    ['--cves', 'nobody'],
    ['--cves', '*'],
    ['openssl', '--cves', 'web1'],
  ])
    expect((await place.run('software', ...wrong)).exit, wrong.join(' ')).toBe(2);
});

it('refuses what names no software, and says so when there is no run', async () => {
  expect((await place.run('software', 'openssl<')).stderr).toContain('does not name software');
  const none = await place.run('software', 'openssl');
  expect(none.exit).toBe(2);
  expect(none.stderr).toContain('no run is kept');
});
