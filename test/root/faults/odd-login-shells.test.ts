import {mkdir, readdir, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, script} from '../../ssh/world.ts';

const real = realWorldOfFile();
const {account, openAs} = real;

const free = 'USER ALL=(ALL) NOPASSWD: ALL';

describe('a script answers cleanly, as user and as root, under the login shell of', () => {
  const noise = `echo 'Welcome'; printf 'no newline'\n`;
  it.each([
    ['fish', '/usr/bin/fish', {'.config/fish/config.fish': `${noise}echo oops >&2\n`}],
    ['tcsh', '/usr/bin/tcsh', {'.tcshrc': noise}],
    ['busybox', 'ash', {'.profile': noise}],
  ] as const)('%s, with and without requiretty, however it greets', async (_, shell, files) => {
    const path = shell === 'ash' ? await busyboxShell() : shell;
    for (const sudo of [free, `Defaults:USER requiretty\n${free}`]) {
      const one = await account({shell: path, sudo, files});
      const session = await openAs(one, asker().ask);
      expect(await real.world.output(session, 'id -un; cat')).toBe(`${one.name}\n`);
      expect(await session.run(script('id -u; echo trouble >&2; exit 4', true))).toMatchObject({
        exit: {code: 4},
        stderr: 'trouble\n',
      });
      session.close();
    }
  });
});

/** busybox is the shell that it is called by. */
const busyboxShell = async (): Promise<string> => {
  const folder = join(real.world.folder, 'busybox');
  await mkdir(folder, {recursive: true});
  if (!(await readdir(folder)).includes('ash')) await symlink('/bin/busybox', join(folder, 'ash'));
  return join(folder, 'ash');
};
