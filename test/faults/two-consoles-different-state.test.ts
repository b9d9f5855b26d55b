import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

test('a second console with a state directory of its own finds the host busy, by whom and since when; nothing is done there', async () => {
  const world = await makeSmallRun(['cache1']);
  try {
    const [first, second] = [
      await world.open(undefined),
      await world.open(undefined, {stateDir: `${world.stateDir}-bo`, operator: 'bo'}),
    ];
    await drive(first, 'plan');
    await drive(second, 'plan');
    // Both stage at once: the second one to come finds the host's lock held.
    await Promise.all([
      first.submit({type: 'start', stage: 'test'}),
      second.submit({type: 'start', stage: 'test'}),
    ]);
    await Promise.all([first.idle(), second.idle()]);
    const troubles = [first, second].flatMap(engine => [
      ...(engine.state().run?.hosts.get('cache1')?.troubles ?? []),
    ]);
    expect(troubles).toHaveLength(1);
    const phases = [first, second].map(engine => engine.state().run?.hosts.get('cache1')?.phase);
    expect([...phases].sort()).toEqual(['done', 'failed']);
    // Whose it is, and since when by the clock of the host.
    const by = phases[0] === 'done' ? 'ana' : 'bo';
    expect(troubles[0]?.code).toBe('job.busy');
    expect(troubles[0]?.what).toMatch(/ since 2026-11-24T03:\d\d:\d\dZ/);
    expect(troubles[0]?.what).toContain(` by ${by} since `);
    await first.close();
    await second.close();
  } finally {
    await world.remove();
  }
});
