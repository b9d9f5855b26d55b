import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Script} from '../../src/model/script.ts';
import {serversForEach} from './servers.ts';
import {realShell, type Exec} from './test-server.ts';
import {failure, script, until} from './world.ts';

const here = serversForEach();

const {open} = here;
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

  it.each(['patchdeck_main() {\n', 'SECOND', 'patchdeck_main  </dev/null\n'])(
    'runs nothing when its text breaks off after %j',
    async last => {
      const marker = join(here.world.folder, 'ran');
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
  it('a connection lost before the shell was there means that nothing ran', async () => {
    const [session] = await open((_command, _channel, info) => info.cut());
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message]).toEqual(['ssh.closed', expect.stringContaining('not run')]);
    expect((await failure(session.run(script('true')))).code).toBe('ssh.closed');
  });
});
