import {execFile} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Script} from '../../src/model/script.ts';

/**
 * A stub of apk: it keeps what it was called with, and answers as apk-tools 2.14.10 does as far as the scripts ask. `add` takes its words
 * into the world, as the real one does, and ends with what `ends` says. What is not told here is in its fixtures.
 */
const stub = `#!/bin/sh
printf '%s\\n' "$*" >> ROOT/calls
case $1 in
  --print-arch) echo x86_64 ;;
  list) cat ROOT/upgradable ;;
  policy) shift; for name; do [ ! -f ROOT/policy/$name ] || cat ROOT/policy/$name; done ;;
  index) while [ "$1" != -o ]; do shift; done; : > "$2" ;;
  verify) ! grep -q torn "$2" ;;
  fetch) while [ "$1" != -o ]; do shift; done; cp ROOT/mirror/$3-* "$2" ;;
  upgrade) echo 'OK: 1 MiB in 9 packages' ;;
  add)
    for word; do case $word in *=*|!*) words="$words $word" ;; esac; done
    case "$*" in
      *--simulate*)
        case $words in *broken=*) echo 'ERROR: unable to select packages:'; exit 2 ;; esac
        case $words in *takes=*) echo '(1/2) Purging other (1-r0)' ;; esac
        echo 'OK: 1 MiB in 9 packages' ;;
      *) for word in $words; do echo "$word" >> ROOT/etc/apk/world; done; exit $(cat ROOT/ends) ;;
    esac ;;
esac
`;

export type StubApk = {
  root: string;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Runs it in busybox's shell, with no other program than busybox's and the stub; the paths of apk are below the root. */
  run(script: Script): Promise<{code: number; stdout: string}>;
  /** The arguments of each call since the last time. */
  calls(): Promise<string[]>;
  remove(): Promise<void>;
};

export const makeStubApk = async (): Promise<StubApk> => {
  const root = await mkdtemp(join(tmpdir(), 'patchdeck-apk-'));
  const at = (file: string): string => join(root, file);
  for (const folder of ['bin', 'etc/apk', 'lib/apk/db', 'policy', 'mirror', 'var/cache/apk', 'stage'])
    await mkdir(at(folder), {recursive: true});
  const {stdout} = await answerOf('busybox', ['--list'], '', {});
  for (const applet of stdout.split('\n').filter(line => /^[a-z0-9_[-]+$/.test(line)))
    await symlink('/bin/busybox', at(`bin/${applet}`));
  await rm(at('bin/apk'), {force: true});
  await writeFile(at('bin/apk'), stub.replaceAll('ROOT', root));
  await chmod(at('bin/apk'), 0o755);
  const below = (text: string): string =>
    text.replaceAll(/(?<![\w./])\/(etc\/apk|lib\/apk|usr\/lib\/apk|var\/cache\/apk)\b/g, `${root}/$1`);
  const stubApk: StubApk = {
    root,
    write: (file, text) => writeFile(at(file), text),
    read: file => readFile(at(file), 'utf8'),
    run: script => answerOf(at('bin/sh'), ['-s'], below(script.text), {PATH: at('bin'), HOME: root}),
    calls: async () => {
      const said = await readFile(at('calls'), 'utf8').catch(() => '');
      await writeFile(at('calls'), '');
      return said.split('\n').filter(line => line !== '');
    },
    remove: () => rm(root, {recursive: true, force: true}),
  };
  await stubApk.write('ends', '0');
  await stubApk.write('upgradable', '');
  return stubApk;
};

const answerOf = (
  program: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<{code: number; stdout: string}> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      {env: {PATH: '/bin:/usr/bin', ...env}, timeout: 20_000},
      (error, stdout) => {
        if (error !== null && typeof error.code !== 'number') reject(new Error(error.message));
        else resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout});
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
