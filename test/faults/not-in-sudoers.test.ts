import {expect, test} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {openWithSudo, right, root} from '../ssh/sudo-host.ts';
import {asker, failure} from '../ssh/world.ts';

const here = serversForEach();

test('a user who is not in sudoers: it is said so, after one attempt, and nothing is done there', async () => {
  const {session, tries} = await openWithSudo(here, 'not-allowed', asker({secret: right}).ask);
  const error = await failure(session.run(root), right);
  expect([error.code, error.message]).toEqual([
    'become.not-allowed',
    expect.stringContaining('not in the sudoers'),
  ]);
  expect(await tries()).toEqual([right]);
});
