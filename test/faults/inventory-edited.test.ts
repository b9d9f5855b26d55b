import {expect, test} from 'vitest';
import {openRunOf} from '../../src/store/run-store.ts';
import {hostNamed} from '../ssh/world.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('an inventory that is edited, or made anew by a program, between stages: the run goes on with the hosts and addresses it was begun with', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    await first.close();
    const fleet = {
      inventory: {
        fleet: 'small',
        hosts: [hostNamed('web1', {address: 'elsewhere'}), hostNamed('new9')],
        groups: [],
      },
      text: 'fleet: small # edited\n',
      hosts: ['web1', 'new9'],
    };
    const second = await world.open(await openRunOf(world.stateDir), {fleet});
    await drive(second, 'verify');
    const run = second.state().run;
    expect([...(run?.hosts.keys() ?? [])].sort()).toEqual(['api2', 'cache1', 'web1']);
    expect(run?.hosts.get('web1')?.host.address).toBe('web1');
    expect([...(run?.hosts.values() ?? [])].every(record => record.verified?.good === true)).toBe(true);
    await second.close();
  } finally {
    await world.remove();
  }
});
