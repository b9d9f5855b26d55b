import {afterAll, beforeAll, expect, test} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectRefusal} from './refusal.ts';

let place: Place;
let fleet: FaultyFleet;
const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);

/** cache1 has no nodejs: it is not in the plan. */
beforeAll(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2', 'api4', 'cache1'], {canaries: ['api1']});
  for (const args of [
    ['scan'],
    ['plan', '--package', '*node*'],
    ['test', '--yes', '--sign-off', 'tester', '--reason', 'healthy'],
  ]) {
    const ended = await run(...args);
    if (ended.exit !== 0) throw new Error(ended.stderr);
  }
}, 60_000);
afterAll(async () => {
  await fleet.close();
  await place.remove();
});

test('hosts that are not in the plan are no deploy that went well: exit 2, nothing was done', async () => {
  const asked = fleet.get('cache1').asked.length;
  expectRefusal(await run('deploy', 'cache1', '--yes'), {
    exit: 2,
    code: 'hosts.none',
    says: [/cache1: it is not in the plan; nothing was done/],
    next: /name other hosts/,
  });
  expect(fleet.get('cache1').asked.length).toBe(asked);
});

test('a deploy over a host that was left out ends with 3 and names it, also when all others are done', async () => {
  const ended = await run('deploy', '--yes', '--leave-out', 'api2', '--reason', 'being moved');
  expect(ended.exit).toBe(3);
  const {summary, problems} = resultOf(ended);
  expect(summary).toBe('deploy complete: 2 done');
  expect(problems).toEqual([
    {
      host: 'api2',
      code: 'host.left-out',
      what: 'api2 was left out: being moved',
      next: 'it is not patched: take it into the next run',
    },
  ]);
});

test('a deploy over a host that was taken back ends with 3 and names it', async () => {
  expect((await run('rollback', 'api4', '--yes', '--reason', 'slow')).exit).toBe(0);
  const ended = await run('deploy', '--yes');
  expect(ended.exit, ended.stderr).toBe(3);
  expect(resultOf(ended).problems.map(({host, code}) => `${host ?? ''} ${code}`)).toEqual([
    'api2 host.left-out',
    'api4 host.rolled-back',
  ]);
});
