import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

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
