import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, type Place} from './program.ts';

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

it('refuses what names no software, and says so when there is no run', async () => {
  expect((await place.run('software', 'openssl<')).stderr).toContain('does not name software');
  const none = await place.run('software', 'openssl');
  expect(none.exit).toBe(2);
  expect(none.stderr).toContain('no run is kept');
});
