import {afterAll, beforeAll, expect, it} from 'vitest';
import {defaultConnectLimits} from '../../src/ssh/settings.ts';
import {startFaultProxy} from '../faults/fault-proxy.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, never, script} from '../ssh/world.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

it('by default a host that answers no more is noticed within a minute', () => {
  const {everyMs, unanswered} = defaultConnectLimits.keepalive;
  expect(everyMs * (unanswered + 1)).toBe(60_000);
});

it.each(['ssh2', 'system'] as const)(
  'a link whose other end stops answering, with nobody told, is lost within the stated time (%s)',
  async transport => {
    const proxy = await startFaultProxy(here.sshd.port);
    try {
      await here.knowAll({...here.sshd, port: proxy.port});
      const keepalive = {everyMs: 1000, unanswered: 2};
      const way = here.transport(await here.configure([]), false, {...defaultConnectLimits, keepalive});
      const host = here.host(here.accounts.dash, {port: proxy.port, transport});
      const session = await way.open(host, asker().ask, never);
      const running = session.run(script('sleep 50'), {deadlineMs: 50_000});
      expect(await here.output(session, 'echo alive')).toBe('alive\n');
      proxy.set({is: 'stall', after: 0});
      const since = performance.now();
      expect((await running).exit).toBe('lost');
      await expect.poll(() => session.open).toBe(false);
      const took = performance.now() - since;
      // Not the deadline of the script, and not by the link itself: that would have been at once, or never.
      expect([took > 1500, took < 20_000]).toEqual([true, true]);
      await way.close();
    } finally {
      await proxy.close();
    }
  },
);

it('a link that is only silent stays open', async () => {
  await here.knowAll(here.sshd);
  const keepalive = {everyMs: 200, unanswered: 2};
  const way = here.transport(await here.configure([]), false, {...defaultConnectLimits, keepalive});
  const session = await way.open(here.host(here.accounts.dash), asker().ask, never);
  expect(await here.output(session, 'sleep 2; echo there')).toBe('there\n');
  expect(session.open).toBe(true);
  session.close();
});
