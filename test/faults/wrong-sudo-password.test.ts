import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {fleetWithSudo, openWithSudo, right, root, textOf, triesIn, wrong} from '../ssh/sudo-host.ts';
import {asker, failure, never} from '../ssh/world.ts';

const here = serversForEach();

describe('a wrong sudo password', () => {
  it('is tried once, and not again when another script comes; the right one then works', async () => {
    const {ask, asked} = asker({secret: wrong}, {secret: wrong}, {secret: right});
    const {session, tries} = await openWithSudo(here, 'password', ask);
    expect((await failure(session.run(root), wrong)).code).toBe('become.wrong-password');
    expect((await failure(session.run(root), wrong)).message).toContain('had been refused before');
    expect(await tries()).toEqual([wrong]);
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
    expect([asked.length, await tries()]).toEqual([3, [wrong, right]]);
  });

  it('is tried once by four scripts at once', async () => {
    const {ask, asked} = asker({secret: wrong});
    const {session, tries} = await openWithSudo(here, 'password', ask);
    const runs = Array.from({length: 4}, () => failure(session.run(root), wrong));
    const codes = (await Promise.all(runs)).map(error => error.code).sort();
    expect(codes).toEqual(['become.needed', 'become.needed', 'become.needed', 'become.wrong-password']);
    expect([asked.length, await tries()]).toEqual([4, [wrong]]);
  });
});

describe('a new sudo password in a fleet', () => {
  it.each(['password', 'one-try'])(
    'that is wrong is tried on one host only; the next host asks again (%s)',
    async mode => {
      const {transport, hosts, logs} = await fleetWithSudo(here, [mode, mode, mode]);
      const {ask, asked} = asker({secret: wrong}, {secret: right});
      const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
      const outcomes = await Promise.allSettled(sessions.map(session => session.run(root)));
      expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(asked).toHaveLength(2);
      const tries = await Promise.all(logs.map(triesIn));
      expect(tries.flat().sort()).toEqual([right, right, wrong]);
    },
  );
});
