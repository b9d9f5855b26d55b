import {expect, test} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {openWithSudo, right, root} from '../ssh/sudo-host.ts';
import {asker, failure} from '../ssh/world.ts';

const here = serversForEach();

test('sudo that wants a terminal (requiretty) on a host that gives none: it is said so, nothing is done there, and no password was asked for', async () => {
  const {ask, asked} = asker({secret: right});
  const {session, tries} = await openWithSudo(here, 'requiretty', ask);
  const error = await failure(session.run(root), right);
  expect([error.code, error.message]).toEqual([
    'become.needs-tty',
    expect.stringContaining('on a terminal only on web1, which gives none'),
  ]);
  expect([asked, await tries()]).toEqual([[], []]);
});
