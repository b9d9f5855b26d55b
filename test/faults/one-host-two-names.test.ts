import {expect, test} from 'vitest';
import {hostNamed} from '../ssh/world.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('one host under two names, seen by machine-id and host key: it is upgraded once, and the other name is left out with the reason', async () => {
  const world = await makeSmallRun(['web1', 'cache1'], {}, [hostNamed('cache-by-ip', {address: 'cache1'})]);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    const run = engine.state().run;
    expect(run?.hosts.get('cache-by-ip')?.leftOut?.reason).toBe(
      'it is cache1 under another name: same machine-id and host key',
    );
    expect(run?.hosts.get('cache-by-ip')?.jobs).toEqual([]);
    expect(run?.hosts.get('cache1')?.phase).toBe('done');
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await engine.close();
  } finally {
    await world.remove();
  }
});
