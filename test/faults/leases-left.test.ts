import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

test('a console that goes while updaters are held off: the next one says so first, and the host lets go by itself when the time is over', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    await first.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    const held = new Promise<void>(resolve => {
      world.interfere = (host, verb, when) => {
        if (host === 'cache1' && verb === 'host.inhibit-updaters' && when === 'after') resolve();
      };
    });
    await first.submit({type: 'start', stage: 'deploy'});
    await held;
    await first.close();
    const cache1 = world.hosts.get('cache1');
    expect(cache1?.updaters.active).toEqual([]);

    const id = first.state().run?.run.id;
    const second = await world.open(id);
    await second.idle();
    const [said, next] = second.state().notices;
    expect(said).toMatch(
      /^automatic updaters are stopped on .*cache1.* until 2026-11-24T\d\d:.* at the latest/,
    );
    expect(next).toContain('deploy was interrupted');
    await second.close();

    // Nobody comes back. A minute before its end it is still there.
    const leases = [...(second.state().run?.hosts.values() ?? [])].flatMap(record => record.leases);
    const left = Math.max(...leases.map(({expires}) => Date.parse(expires))) - world.clock.now();
    await world.clock.sleep(left - 60_000);
    expect((await noticesOf(world, id))[0]).toContain('automatic updaters are stopped on');
    await world.clock.sleep(61_000);
    expect((await noticesOf(world, id)).join()).not.toContain('updaters');
    expect(cache1?.updaters.active).toEqual(['apt-daily.timer', 'apt-daily-upgrade.timer']);
  } finally {
    await world.remove();
  }
});

const noticesOf = async (
  world: Awaited<ReturnType<typeof makeSmallRun>>,
  id: string | undefined,
): Promise<readonly string[]> => {
  const engine = await world.open(id);
  // A question to the host lets the time there go on.
  await engine.submit({type: 'start', stage: 'identify'});
  await engine.idle();
  const {notices} = engine.state();
  await engine.close();
  return notices;
};
