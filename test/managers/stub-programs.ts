import {execFile} from 'node:child_process';
import {chmod, mkdtemp, mkdir, readFile, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** A program that was called, and the arguments it got. */
export type Call = {program: string; args: string[]};

/** A PATH on which nothing can change this machine: what would is a stub that keeps its arguments, the rest is real. */
export type Stubs = {
  /** The folder that scripts work in. */
  folder: string;
  run(text: string): Promise<{code: number; stdout: string; stderr: string}>;
  /** The calls since the last time, in order. */
  calls(): Promise<Call[]>;
  /** What lies in the folder: nothing that a script was not told to put there. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
};

const stubbed = [
  ...['apt-get', 'apt-cache', 'apt-mark', 'dpkg', 'dpkg-deb', 'dpkg-query', 'dpkg-repack'],
  ...['apk', 'dnf5', 'zypper'],
  ...['rpm', 'rpmkeys', 'python2', 'python3'],
  ...['systemctl', 'systemd-run', 'systemd-inhibit', 'reboot', 'setsid', 'sync'],
];
const real = [
  ...['sh', 'awk', 'basename', 'cat', 'cp', 'cut', 'dirname', 'env', 'find', 'grep', 'gzip', 'head', 'id'],
  ...[
    'ln',
    'ls',
    'mkdir',
    'mktemp',
    'mv',
    'rm',
    'sed',
    'sha256sum',
    'sleep',
    'sort',
    'stat',
    'tail',
    'tar',
    'timeout',
  ],
  ...['touch', 'tr', 'wc', 'xargs'],
];

const [betweenArguments, afterCall] = ['\u001f', '\u001e'];

/** `answers`: what a stub prints, by its name; a stub ends with 0. */
export const makeStubs = async (answers: Readonly<Record<string, string>> = {}): Promise<Stubs> => {
  const root = await mkdtemp(join(tmpdir(), 'patchdeck-stubs-'));
  const [programs, folder, log] = [join(root, 'bin'), join(root, 'work'), join(root, 'calls')];
  await mkdir(programs);
  await mkdir(folder);
  await writeFile(log, '');
  for (const name of stubbed) {
    const path = join(programs, name);
    await writeFile(join(root, `${name}.answer`), answers[name] ?? '');
    const text = `#!/bin/sh
{ printf '%s' ${name}; for word; do printf '${betweenArguments}%s' "$word"; done; printf '${afterCall}'; } >> ${log}
while IFS= read -r line; do printf '%s\\n' "$line"; done < ${root}/${name}.answer
`;
    await writeFile(path, text);
    await chmod(path, 0o755);
  }
  // dnf 4 and yum are scripts: what runs it is looked up in its first line.
  await writeFile(join(programs, 'dnf'), `#!${programs}/python3\n`, {mode: 0o755});
  await writeFile(join(programs, 'yum'), `#!${programs}/python2\nimport yummain\n`, {mode: 0o755});
  for (const name of real) {
    const found = await firstOf([`/bin/${name}`, `/usr/bin/${name}`, `/usr/sbin/${name}`]);
    await symlink(found, join(programs, name));
  }
  return {
    folder,
    run: text =>
      new Promise((resolve, reject) => {
        const shell = execFile(
          '/bin/sh',
          ['-s'],
          {cwd: folder, env: {PATH: programs, HOME: folder}, timeout: 20_000},
          (error, stdout, stderr) => {
            if (error !== null && typeof error.code !== 'number') reject(new Error(error.message));
            else resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr});
          },
        );
        // A shell that stops at a syntax error does not read to the end.
        shell.stdin?.on('error', () => undefined);
        shell.stdin?.end(text);
      }),
    calls: async () => {
      const said = await readFile(log, 'utf8');
      await writeFile(log, '');
      return said
        .split(afterCall)
        .filter(call => call !== '')
        .map(call => {
          const [program = '', ...args] = call.split(betweenArguments);
          return {program, args};
        });
    },
    files: async () => (await readdir(folder)).sort(),
    remove: () => rm(root, {recursive: true, force: true}),
  };
};

const firstOf = async (paths: readonly string[]): Promise<string> => {
  for (const path of paths) {
    const there = await readFile(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  throw new Error(`none of ${paths.join(', ')} is here`);
};
