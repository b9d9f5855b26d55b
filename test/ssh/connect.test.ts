import {describe, expect, it} from 'vitest';
import {defaultConnectLimits} from '../../src/ssh/settings.ts';
import {serversForEach} from './servers.ts';
import {asker, deadlines, failure, hostAt, never, until} from './world.ts';

const here = serversForEach();
const {start, listen} = here;

describe('a host that', () => {
  const short = {deadlines: {...deadlines, connectMs: 400}};
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('refuses the connection', async () => {
    const port = await here.closedPort();
    const error = await failure(open(port));
    expect([error.code, error.message]).toEqual([
      'ssh.refused',
      `web1 (127.0.0.1:${port}) refused the connection; nothing was done there`,
    ]);
  });

  it('has no address', async () => {
    const host = hostAt(22, {address: 'no-such-host.invalid'});
    expect((await failure(here.world.transport().open(host, asker().ask, never))).code).toBe(
      'ssh.unresolved',
    );
  });

  it('has no algorithm in common with us', async () => {
    const server = await start({algorithms: {kex: ['diffie-hellman-group1-sha1']}});
    const error = await failure(open(server.port));
    expect([error.code, error.message]).toEqual([
      'ssh.no-common-algorithm',
      expect.stringContaining('key exchange'),
    ]);
  });

  it('hangs in the login', async () => {
    const server = await start({login: () => undefined});
    await here.world.trust(server);
    const error = await failure(open(server.port, short));
    expect([error.code, error.message]).toEqual(['ssh.timeout', expect.stringContaining('the login')]);
  });

  it('hangs, until the operator stops it', async () => {
    const controller = new AbortController();
    const port = await listen(() => controller.abort(new Error('stopped')));
    await expect(here.world.transport().open(hostAt(port), asker().ask, controller.signal)).rejects.toThrow(
      'stopped',
    );
  });
});

describe('many connections', () => {
  it('one that is stopped while it waits in line leaves the line', async () => {
    const server = await start({login: () => undefined});
    await here.world.trust(server);
    const transport = here.world.transport();
    const controller = new AbortController();
    const opens = Array.from({length: 10}, () =>
      transport.open(hostAt(server.port), asker().ask, controller.signal),
    );
    setTimeout(() => controller.abort(new Error('stopped')), 100);
    const outcomes = await Promise.allSettled(opens);
    expect(
      outcomes.every(outcome => outcome.status === 'rejected' && String(outcome.reason).includes('stopped')),
    ).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });

  it('one that is stopped while it waits for all others leaves that line too', async () => {
    let connected = 0;
    const port = await listen(() => (connected += 1));
    const transport = here.world.transport({limits: {...defaultConnectLimits, starting: 1}});
    const [one, two] = [new AbortController(), new AbortController()];
    const first = transport.open(hostAt(port), asker().ask, one.signal);
    const second = transport.open(hostAt(port, {address: 'localhost'}), asker().ask, two.signal);
    await until(() => connected > 0);
    setTimeout(() => two.abort(new Error('stopped two')), 50);
    await expect(second).rejects.toThrow('stopped two');
    one.abort(new Error('stopped one'));
    await expect(first).rejects.toThrow('stopped one');
  });

  it('a session says that it is closed once the host is gone', async () => {
    const server = await start();
    await here.world.trust(server);
    const session = await here.world.transport().open(hostAt(server.port), asker().ask, never);
    expect(session.open).toBe(true);
    server.cut();
    await expect.poll(() => session.open).toBe(false);
  });
});
