import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {realShell} from '../ssh/test-server.ts';
import {asker, failure, hostAt, never, script} from '../ssh/world.ts';

const here = serversForEach();

const {open} = here;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('many scripts at once on one connection', () => {
  it('at most four run, the others wait their turn, all answer', async () => {
    const [session, server] = await open(realShell());
    const answers = await Promise.all(
      Array.from({length: 12}, (_, index) => session.run(script(`sleep 0.05; echo ${index}`))),
    );
    expect(answers.map(answer => text(answer.stdout).trim())).toEqual(
      Array.from({length: 12}, (_, index) => String(index)),
    );
    expect(server.peaks.channels).toBeLessThanOrEqual(4);
    expect(server.peaks.channels).toBeGreaterThan(1);
  });

  it('a host that allows fewer (MaxSessions) is served with fewer, all answer', async () => {
    const [session, server] = await open(realShell(), {}, 2);
    const answers = await Promise.all(
      Array.from({length: 8}, (_, index) => session.run(script(`sleep 0.02; echo ${index}`))),
    );
    expect(
      answers.every(answer => answer.exit !== 'lost' && 'code' in answer.exit && answer.exit.code === 0),
    ).toBe(true);
    expect(server.peaks.channels).toBe(2);
    expect(server.peaks.refused).toBeLessThanOrEqual(4);
  });

  it('a host that frees a place somewhat later than it said is asked again, not given up', async () => {
    const server = await here.start({exec: realShell(), maxSessions: 1, lingerMs: 300});
    await here.world.trust(server);
    const session = await here.world.transport().open(hostAt(server.port), asker().ask, never);
    for (const word of ['one', 'two', 'three']) {
      expect(text((await session.run(script(`echo ${word}`))).stdout)).toBe(`${word}\n`);
    }
    expect(server.peaks.refused).toBeGreaterThan(0);
  });

  it('a script that waited its turn for long is not given up for a place that is freed late', async () => {
    const server = await here.start({exec: realShell(), maxSessions: 1, lingerMs: 300});
    await here.world.trust(server);
    const session = await here.world.transport().open(hostAt(server.port), asker().ask, never);
    const answers = await Promise.all(
      [script('sleep 3.5; echo one'), script('echo two')].map(one => session.run(one)),
    );
    expect(answers.map(answer => text(answer.stdout))).toEqual(['one\n', 'two\n']);
  });

  it('a host that allows none is named, with MaxSessions as what to look at', async () => {
    const [session] = await open(realShell(), {}, 0);
    expect((await failure(session.run(script('true')))).next).toContain('MaxSessions');
  });
});
