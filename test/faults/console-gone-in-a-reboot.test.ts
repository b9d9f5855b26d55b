import {expect, test} from 'vitest';
import type {DemoHost} from '../../src/demo/host.ts';
import {drive, makeSmallRun} from './small-run.ts';

const minutes = 60_000;

/** The console goes at this question to a host that is to be rebooted, the host goes down for a while, and the next console comes at once. */
const gone = async (at: string, downFor: number) => {
  const world = await makeSmallRun(['web1', 'build1']);
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    await first.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    let reboots = 0;
    const met = new Promise<DemoHost>(resolve => {
      world.interfere = (name, verb, when) => {
        const host = world.hosts.get(name);
        if (host === undefined || name !== 'build1' || when !== 'after') return;
        if (verb === 'host.reboot') reboots += 1;
        if (verb !== at || reboots === 0) return;
        resolve(host);
        // Nothing more is heard by this console.
        return new Promise(() => undefined);
      };
    });
    await first.submit({type: 'start', stage: 'deploy'});
    const host = await met;
    await first.close();
    world.interfere = (name, verb, when) => {
      if (name === 'build1' && verb === 'host.reboot' && when === 'after') reboots += 1;
    };
    host.awayUntil = world.clock.now() + downFor;
    const second = await world.open(first.state().run?.run.id);
    await second.idle();
    const record = second.state().run?.hosts.get('build1');
    await second.close();
    return {record, reboots};
  } finally {
    await world.remove();
  }
};

test('the console goes while a host reboots, and the host is down for minutes when the next one comes: it is waited for, rebooted once, and done', async () => {
  const {record, reboots} = await gone('host.reboot', 8 * minutes);
  expect(record?.troubles).toEqual([]);
  expect(record).toMatchObject({phase: 'done', rebooted: 1});
  expect(reboots).toBe(1);
});

test('the console goes while a host is looked at after its reboot, and the host is away for fourteen minutes when the next one comes: it is waited for, and done', async () => {
  const {record, reboots} = await gone('host.inhibit-updaters', 14 * minutes);
  expect(record?.troubles).toEqual([]);
  expect(record).toMatchObject({phase: 'done', rebooted: 1});
  expect(reboots).toBe(1);
});

test('the console goes while a host is looked at after its reboot, and the host never answers again: after fifteen minutes it is unknown, with where to look', async () => {
  const {record} = await gone('host.inhibit-updaters', 24 * 60 * minutes);
  expect(record).toMatchObject({phase: 'unknown'});
  expect(record?.troubles[0]).toMatchObject({code: 'host.away'});
  expect(record?.troubles[0]?.what).toContain('did not answer for 15 minutes');
});
