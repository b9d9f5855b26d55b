import {afterEach, describe, expect, test} from 'vitest';
import {makeWorld, hostAt, never, script, failure, type World} from '../ssh/world.ts';
import {startServer, type TestServer} from '../ssh/test-server.ts';

describe('a host that says one line of a gigabyte', () => {
  let world: World | undefined;
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.close();
    await world?.remove();
  });

  test('it is cut off at the cap, the console keeps its memory, and the session goes on', async () => {
    world = await makeWorld();
    server = await startServer();
    await world.trust(server);
    const session = await world
      .transport()
      .open(hostAt(server.port, {become: 'none'}), () => Promise.resolve(null), never);
    const before = process.memoryUsage().rss;
    const error = await failure(
      session.run(script('head -c 1073741824 /dev/zero | tr "\\0" x'), {maxBytes: 8 * 1024 * 1024}),
    );
    expect(error.code).toBe('host.too-much-output');
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    const next = await session.run(script('echo well'));
    expect(Buffer.from(next.stdout).toString()).toBe('well\n');
    session.close();
  }, 60_000);

  test('what it says on stderr is drained, and only its end is kept', async () => {
    world = await makeWorld();
    server = await startServer();
    await world.trust(server);
    const session = await world
      .transport()
      .open(hostAt(server.port, {become: 'none'}), () => Promise.resolve(null), never);
    const answer = await session.run(
      script('head -c 100000000 /dev/zero | tr "\\0" x >&2; { echo; echo the end; } >&2; echo well'),
    );
    expect(Buffer.from(answer.stdout).toString()).toBe('well\n');
    expect(answer.stderr.length).toBeLessThanOrEqual(9000);
    expect(answer.stderr).toContain('the end');
    session.close();
  }, 60_000);
});
