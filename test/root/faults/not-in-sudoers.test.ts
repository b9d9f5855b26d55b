import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, script} from '../../ssh/world.ts';

const real = realWorldOfFile();

describe('at a real sshd', () => {
  it('a user who is not in sudoers is told so, after one attempt, and nothing ran', async () => {
    const session = await real.world.open(
      real.world.accounts.outsider,
      asker({secret: real.world.accounts.outsider.password}).ask,
    );
    expect((await failure(session.run(script('true', true)))).code).toBe('become.not-allowed');
  });
});
