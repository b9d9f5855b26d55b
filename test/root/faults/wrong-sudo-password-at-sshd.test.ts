import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, script} from '../../ssh/world.ts';

const real = realWorldOfFile();

describe('at a real sshd', () => {
  it('a wrong sudo password is one attempt, as the log of sudo says', async () => {
    const account = real.world.accounts.asks;
    const session = await real.world.open(account, asker({secret: 'wrong horse'}).ask);
    const before = (await account.sudoLog()).split('incorrect password').length;
    const error = await failure(session.run(script('id -u', true)), 'wrong horse');
    expect(error.code).toBe('become.wrong-password');
    await expect
      .poll(async () =>
        (await account.sudoLog()).replace(/\s+/g, ' ').includes('1 incorrect password attempt'),
      )
      .toBe(true);
    expect((await account.sudoLog()).split('incorrect password').length).toBe(before + 1);
  });
});
