import {readFile, writeFile} from 'node:fs/promises';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, type Place} from './program.ts';

let place: Place;
let fleet: FaultyFleet;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await fleet.close();
  await place.remove();
});

it('says at a new run who is new, gone and seldom reached', {timeout: 60_000}, async () => {
  fleet = await startFaultyFleet(place, ['web1'], {
    extra: ['mute: {address: 127.0.0.1, port: 1}', 'leaving: {address: 127.0.0.1, port: 2}'],
  });
  for (let round = 1; round <= 2; round++) {
    expect((await place.run('scan', ...fleet.reach)).stderr).not.toMatch(
      /new since|not in the inventory any more/,
    );
    expect((await place.run('runs', 'close', '--reason', 'over', ...fleet.reach)).exit).toBe(0);
  }
  const text = await readFile(fleet.inventory, 'utf8');
  await writeFile(
    fleet.inventory,
    text.replace('leaving: {address: 127.0.0.1, port: 2}', 'coming: {address: 127.0.0.1, port: 3}'),
  );
  const {stderr} = await place.run('scan', ...fleet.reach);
  expect(stderr).toContain('! new since the earlier runs of this fleet: coming');
  expect(stderr).toMatch(/! in run \S+ and not in the inventory any more: leaving/);
  expect(stderr).toContain('! seldom reached: mute answered in 0 of the last 2 runs it was in');
  expect(stderr).not.toContain('web1 answered in');
});

it('names the date on which the support of a release ended', async () => {
  fleet = await startFaultyFleet(place, ['web1'], {
    faults: {web1: {answers: {'host.facts': text => text.replace(/VERSION_ID="?1\d"?/, 'VERSION_ID="10"')}}},
  });
  const ended = await place.run('scan', '--json', ...fleet.reach);
  const sentence =
    'debian 10 has had no security support since 2024-06-30; ELTS, which is paid for, goes on until 2029-06-30';
  expect(ended.stderr).toContain(`!  web1: ${sentence}`);
  const scanned = jsonLines(ended).find(line => line.type === 'host.scanned');
  expect(scanned).toMatchObject({data: {summary: {endOfLife: sentence}}});
});
