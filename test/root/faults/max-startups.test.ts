import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, never} from '../../ssh/world.ts';

const real = realWorldOfFile();

describe('many connections to a real sshd', () => {
  it('at once are not dropped by its usual MaxStartups: all 40 are open', async () => {
    await real.world.knowAll(real.world.sshd);
    const way = real.world.transport(await real.world.configure([]));
    const sessions = await Promise.all(
      Array.from({length: 40}, () => way.open(real.world.host(real.world.accounts.dash), asker().ask, never)),
    );
    expect(sessions.every(session => session.open)).toBe(true);
    for (const session of sessions) session.close();
  });
});
