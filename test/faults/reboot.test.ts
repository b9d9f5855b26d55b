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

test('a host on which somebody else works is not rebooted: it failed, whose work it is is said, and tried again later it is', async () => {
  const world = await makeSmallRun(['web1', 'build1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    const build1 = world.hosts.get('build1');
    const boot = build1?.boot ?? '';
    const spec = '{"id":"x","kind":"install","plan":"p","by":"bo"} at 2026-11-24T03:00:00Z';
    world.interfere = (host, verb, when) => {
      if (host !== 'build1' || verb !== 'host.reboot' || when !== 'before') return;
      build1?.jobs.set('x', {id: 'x', spec, verb: 'apt.install', log: '', boot});
    };
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('build1');
    expect(record).toMatchObject({phase: 'failed', rebooted: 0});
    expect(record?.troubles[0]).toMatchObject({code: 'reboot.busy'});
    expect(record?.troubles[0]?.what).toContain('install by bo since 2026-11-24T03:00:00Z');
    expect(build1?.boot).toBe(boot);

    world.interfere = () => undefined;
    build1?.jobs.delete('x');
    expect(await engine.submit({type: 'retry', hosts: ['build1']})).toBe('ok');
    await engine.idle();
    expect(engine.state().run?.hosts.get('build1')).toMatchObject({phase: 'done', rebooted: 1});
    await engine.close();
  } finally {
    await world.remove();
  }
});

test('a reboot that happens: once, into another boot, and the host is done', async () => {
  const {record, asked} = await rebooting(() => undefined);
  expect(asked).toBe(1);
  expect(record).toMatchObject({phase: 'done', rebooted: 1});
});

test('a reboot that never happens: it is asked for once more, and after its time the host has failed, not done', async () => {
  const {record, asked} = await rebooting(host => {
    host.agenda = [];
  });
  expect(asked).toBe(2);
  expect(record).toMatchObject({phase: 'failed', rebooted: 0});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-done'});
});

test('a reboot that the host never comes back from: after its time it is unknown, with where to look', async () => {
  const {record} = await rebooting((host, now) => {
    host.agenda = [];
    host.awayUntil = now + 10 * 3_600_000;
  });
  expect(record).toMatchObject({phase: 'unknown'});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-back', next: 'look at its console'});
});
