import {expect, test} from 'vitest';
import type {DemoHost} from '../../src/demo/host.ts';
import {drive, makeSmallRun} from './small-run.ts';

/** A host whose new kernel wants a reboot, and what becomes of that. */
const rebooting = async (change: (host: DemoHost, now: number) => void) => {
  const world = await makeSmallRun(['web1', 'build1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    let asked = 0;
    world.interfere = (name, verb, when) => {
      const host = world.hosts.get(name);
      if (host === undefined || verb !== 'host.reboot' || when !== 'after') return;
      asked += 1;
      change(host, world.clock.now());
    };
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('build1');
    await engine.close();
    return {record, asked};
  } finally {
    await world.remove();
  }
};

test('a reboot that happens: once, into another boot, and the host is done', async () => {
  const {record, asked} = await rebooting(() => undefined);
  expect(asked).toBe(1);
  expect(record).toMatchObject({phase: 'done', rebooted: 1});
});

test('a reboot that never happens: after its time the host is unknown, not done, and it is not asked for twice', async () => {
  const {record, asked} = await rebooting(host => {
    host.agenda = [];
  });
  expect(asked).toBe(1);
  expect(record).toMatchObject({phase: 'unknown', rebooted: 0});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-back'});
});

test('a reboot that the host never comes back from: after its time it is unknown, with where to look', async () => {
  const {record} = await rebooting((host, now) => {
    host.agenda = [];
    host.awayUntil = now + 10 * 3_600_000;
  });
  expect(record).toMatchObject({phase: 'unknown'});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-back', next: 'look at its console'});
});
