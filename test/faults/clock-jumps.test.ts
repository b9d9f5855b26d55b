import {expect, test} from 'vitest';
import {drive, makeSmallRun, outcomeOf, refused} from './small-run.ts';

const hour = 3_600_000;

test.each([
  ['forward', hour],
  ['back', -hour],
])(
  'the clock of the console jumps an hour %s while hosts are away: they are waited for as long as ever, and the run ends as if nothing had been',
  async (_, ms) => {
    const calm = await makeSmallRun();
    const world = await makeSmallRun();
    try {
      const undisturbed = await calm.open(undefined);
      await drive(undisturbed, 'verify');
      let polls = 0;
      let away = 0;
      world.interfere = (host, verb, when) => {
        if (verb !== 'job.poll' || when !== 'before' || ++polls % 8 > 4) return;
        world.clock.jump(ms);
        away += 1;
        throw refused(host);
      };
      const engine = await world.open(undefined);
      await drive(engine, 'verify');
      expect(away).toBeGreaterThan(5);
      expect(outcomeOf(world, engine)).toEqual(outcomeOf(calm, undisturbed));
      expect([...world.starts.values()].every(count => count === 1)).toBe(true);
      await engine.close();
      await undisturbed.close();
    } finally {
      await world.remove();
      await calm.remove();
    }
  },
);
