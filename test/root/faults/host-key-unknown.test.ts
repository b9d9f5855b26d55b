import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, never} from '../../ssh/world.ts';
import {must} from '../../lab/command.ts';

const real = realWorldOfFile();

const system = {transport: 'system'} as const;

describe("over the system's ssh", () => {
  it('an unknown host key is asked about by our own question, and remembered as told', async () => {
    await writeFile(real.world.known, '');
    const way = real.world.transport(await real.world.configure([]));
    const host = real.world.host(real.world.accounts.bash, system);
    const refused = await failure(way.open(host, asker('refuse').ask, never));
    expect(refused.code).toBe('ssh.host-key-unknown');
    const {ask, asked} = asker('once');
    (await way.open(host, ask, never)).close();
    const listed = await must('ssh-keygen', ['-lf', join(real.world.folder, 'host_ed25519.pub')]);
    expect(asked).toMatchObject([{kind: 'host-key', keyType: 'ssh-ed25519'}]);
    expect(listed).toContain(refused.message.match(/SHA256:\S+/)?.[0]);
    expect(await readFile(real.world.known, 'utf8')).toBe('');
    const other = real.world.transport(await real.world.configure([]));
    (await other.open(host, asker('remember').ask, never)).close();
    expect(await readFile(real.world.known, 'utf8')).toContain('ssh-ed25519');
    // Both transports share what was accepted.
    const {ask: second, asked: more} = asker('once');
    (await way.open(real.world.host(real.world.accounts.bash), second, never)).close();
    expect(more).toEqual([]);
  });
});
