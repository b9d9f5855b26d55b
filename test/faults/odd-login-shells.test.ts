import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {realShell, type Exec} from '../ssh/test-server.ts';
import {deadlines, failure, script} from '../ssh/world.ts';

const here = serversForEach();

const {open} = here;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a script', () => {
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

  it('works under a login shell that echoes every command (set -x)', async () => {
    const traced: Exec = (command, channel, info) => realShell()(`set -x; ${command}`, channel, info);
    const [session] = await open(traced);
    expect(text((await session.run(script('echo mine'))).stdout)).toBe('mine\n');
  });
});

describe('an account without a usable shell', () => {
  it('is named with what it said, and nothing was sent to it', async () => {
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

  it('that says nothing is given up in time, and nothing was sent to it', async () => {
    const [session, server] = await open(() => undefined, {deadlines: {...deadlines, firstByteMs: 200}});
    expect((await failure(session.run(script('true')))).code).toBe('ssh.shell');
    expect(server.received()).toBe('');
  });

  it('that prints endless garbage is given up in time, and nothing was sent to it', async () => {
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
});
