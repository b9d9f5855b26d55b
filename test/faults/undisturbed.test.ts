import {expect, test} from 'vitest';
import {drive, makeSmallRun, outcomeOf} from './small-run.ts';

test('nothing breaks: a run on three hosts ends with all of them done and verified, each job started once, nothing left hanging', async () => {
  const world = await makeSmallRun();
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    expect(outcomeOf(world, engine)).toMatchObject({
      stages: {
        identify: 'complete',
        prioritize: 'complete',
        test: 'complete',
        deploy: 'complete',
        verify: 'complete',
      },
      hosts: [...world.hosts.keys()].map(name => ({
        name,
        phase: 'done',
        troubles: [],
        leases: 0,
        verified: true,
      })),
    });
    await engine.close();
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
  } finally {
    await world.remove();
  }
});
