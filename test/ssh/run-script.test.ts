import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Script} from '../../src/model/script.ts';
import type {Session} from '../../src/ssh/session.ts';
import type {SshSettings} from '../../src/ssh/transport.ts';
import {realShell, startServer, type Exec, type TestServer} from './test-server.ts';
import {asker, deadlines, failure, hostAt, makeWorld, never, script, until, type World} from './world.ts';

let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

const open = async (
  exec: Exec,
  settings: Partial<SshSettings> = {},
  maxSessions = 10,
): Promise<[Session, TestServer]> => {
  const server = await startServer({exec, maxSessions});
  servers.push(server);
  await world.trust(server);
  return [await world.transport(settings).open(hostAt(server.port), asker().ask, never), server];
};
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a script on a host', () => {
  it('gives its output, its exit code and what it said on stderr', async () => {
    const [session] = await open(realShell());
    const answer = await session.run(script("printf 'one\\ntwo'; echo trouble >&2; return 7"));
    expect({...answer, stdout: text(answer.stdout)}).toEqual({
      exit: {code: 7},
      stdout: 'one\ntwo',
      stderr: 'trouble\n',
    });
  });

  it('gives its exit code also when it calls exit', async () => {
    const [session] = await open(realShell());
    expect((await session.run(script('echo out; exit 3'))).exit).toEqual({code: 3});
  });

  it('hands bytes over as they are', async () => {
    const [session] = await open(realShell());
    const answer = await session.run(script("printf '\\000\\377\\033[31m\\r\\n'"));
    expect([...answer.stdout]).toEqual([0, 255, 27, 91, 51, 49, 109, 13, 10]);
  });

  it('cleans stderr and keeps its end', async () => {
    const [session] = await open(realShell());
    const answer = await session.run(
      script(
        "i=0; while [ $i -lt 3000 ]; do echo filler >&2; i=$((i+1)); done; printf '\\033]0;title\\007last' >&2",
      ),
    );
    expect(answer.stderr.length).toBeLessThanOrEqual(8192);
    expect(answer.stderr).toMatch(/filler\nlast$/);
  });

  it('is not fed to a child that reads its standard input', async () => {
    // bash reads its input byte by byte, so that a child would find the rest of it.
    const [session] = await open((command, channel, info) =>
      realShell()(command.replaceAll('/bin/sh', '/bin/bash'), channel, info),
    );
    const raw: Script = {verb: 'test.raw', args: {}, text: 'cat\necho after\n', root: false};
    expect(text((await session.run(raw)).stdout)).toBe('after\n');
  });

  it('is not disturbed by a login shell that talks on both channels', async () => {
    const noisy: Exec = (command, channel, info) =>
      realShell()(
        `echo Welcome; printf 'no newline'; echo 'READY-000'; echo oops >&2; ${command}`,
        channel,
        info,
      );
    const [session] = await open(noisy);
    const answer = await session.run(script('echo mine'));
    expect({...answer, stdout: text(answer.stdout)}).toEqual({exit: {code: 0}, stdout: 'mine\n', stderr: ''});
  });

  it('works under a login shell that echoes every command', async () => {
    const traced: Exec = (command, channel, info) => realShell()(`set -x; ${command}`, channel, info);
    const [session] = await open(traced);
    expect(text((await session.run(script('echo mine'))).stdout)).toBe('mine\n');
  });

  it.each(['patchdeck_main() {\n', 'SECOND', 'patchdeck_main  </dev/null\n'])(
    'runs nothing when its text breaks off after %j',
    async last => {
      const marker = join(world.folder, 'ran');
      const [session] = await open(realShell({}, last));
      const answer = await session.run(script(`touch ${marker}\n: SECOND\necho out`));
      expect(answer.exit).not.toEqual({code: 0});
      expect([text(answer.stdout), existsSync(marker)]).toEqual(['', false]);
    },
  );

  it('is lost, neither done nor failed, when the connection breaks while it runs', async () => {
    const [session, server] = await open(realShell());
    const running = session.run(script('echo begun; sleep 30'));
    await until(() => server.received().includes('sleep 30'));
    server.cut();
    expect((await running).exit).toBe('lost');
    expect(session.open).toBe(false);
  });

  it('is lost when its channel closes without an exit status', async () => {
    const silent: Exec = (command, channel) => {
      channel.write(`READY-${/READY-([0-9a-f]+)/.exec(command)?.[1] ?? ''}\n`);
      channel.once('data', () => channel.close());
    };
    const [session] = await open(silent);
    expect((await session.run(script('true'))).exit).toBe('lost');
    expect(session.open).toBe(true);
  });

  it('ends with the signal that killed its shell', async () => {
    const replaced: Exec = (command, channel, info) => realShell()(`exec ${command}`, channel, info);
    const [session] = await open(replaced);
    const answer = await session.run(script('echo out; kill -TERM $$; sleep 0.3'));
    expect({...answer, stdout: text(answer.stdout)}).toMatchObject({
      exit: {signal: 'SIGTERM'},
      stdout: 'out\n',
    });
  });

  it('is cut off when it floods the console, and the session goes on', async () => {
    const [session] = await open(realShell());
    const error = await failure(session.run(script('cat /dev/zero'), {maxBytes: 100_000}));
    expect(error.code).toBe('host.too-much-output');
    expect(text((await session.run(script('echo fine'))).stdout)).toBe('fine\n');
  });

  it('may be large in both directions', async () => {
    const [session] = await open(realShell());
    const answer = await session.run(script(`: ${'x'.repeat(3_000_000)}\nhead -c 5000000 /dev/zero`));
    expect(answer.stdout.length).toBe(5_000_000);
  });

  it('is given up at its deadline, saying that it may still run', async () => {
    const [session] = await open(realShell());
    const error = await failure(session.run(script('sleep 30'), {deadlineMs: 300}));
    expect([error.code, error.message]).toEqual(['host.deadline', expect.stringContaining('may still run')]);
  });

  it('is given up when the operator stops it', async () => {
    const [session, server] = await open(realShell());
    const controller = new AbortController();
    const running = session.run(script('sleep 30'), {signal: controller.signal});
    await until(() => server.commands.length > 0);
    controller.abort(new Error('stopped by the operator'));
    await expect(running).rejects.toThrow('stopped by the operator');
  });

  it('is ended by its own end, not by a child that keeps the output open', async () => {
    const [session] = await open(realShell());
    const start = performance.now();
    expect((await session.run(script('sleep 20 & echo started'))).exit).toEqual({code: 0});
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('without a usable shell', () => {
  it('the error says what the account said', async () => {
    const [session] = await open((_command, channel) => {
      channel.write('This account is currently not available.\n');
      channel.exit(1);
      channel.close();
    });
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message]).toEqual([
      'ssh.shell',
      expect.stringContaining('This account is currently not available.'),
    ]);
  });

  it('a shell that says nothing is given up in time, and nothing was sent to it', async () => {
    const [session, server] = await open(() => undefined, {deadlines: {...deadlines, firstByteMs: 200}});
    expect((await failure(session.run(script('true')))).code).toBe('ssh.shell');
    expect(server.received()).toBe('');
  });

  it('endless garbage is given up in time', async () => {
    const [session, server] = await open(
      (_command, channel) => {
        const timer = setInterval(() => channel.write('\u001b]52;c;garbage\u0007'.repeat(500)), 5);
        channel.on('close', () => clearInterval(timer));
      },
      {deadlines: {...deadlines, firstByteMs: 300}},
    );
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message.includes('\u001b')]).toEqual(['ssh.shell', false]);
    expect(server.received()).toBe('');
  });

  it('a connection lost before the shell was there means that nothing ran', async () => {
    const [session] = await open((_command, _channel, info) => info.cut());
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message]).toEqual(['ssh.closed', expect.stringContaining('not run')]);
    expect((await failure(session.run(script('true')))).code).toBe('ssh.closed');
  });
});

describe('many scripts at once on one connection', () => {
  it('at most four run, the others wait', async () => {
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

  it('a host that allows fewer is served with fewer', async () => {
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
    const server = await startServer({exec: realShell(), maxSessions: 1, lingerMs: 300});
    servers.push(server);
    await world.trust(server);
    const session = await world.transport().open(hostAt(server.port), asker().ask, never);
    for (const word of ['one', 'two', 'three']) {
      expect(text((await session.run(script(`echo ${word}`))).stdout)).toBe(`${word}\n`);
    }
    expect(server.peaks.refused).toBeGreaterThan(0);
  });

  it('a script that waited its turn for long is not given up for a place that is freed late', async () => {
    const server = await startServer({exec: realShell(), maxSessions: 1, lingerMs: 300});
    servers.push(server);
    await world.trust(server);
    const session = await world.transport().open(hostAt(server.port), asker().ask, never);
    const answers = await Promise.all(
      [script('sleep 3.5; echo one'), script('echo two')].map(one => session.run(one)),
    );
    expect(answers.map(answer => text(answer.stdout))).toEqual(['one\n', 'two\n']);
  });

  it('a host that allows none says so', async () => {
    const [session] = await open(realShell(), {}, 0);
    expect((await failure(session.run(script('true')))).next).toContain('MaxSessions');
  });
});
