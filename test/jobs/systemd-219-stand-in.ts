import {execFile} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Probe} from '../../src/model/script.ts';

/** A folder that scripts take for a host with systemd 219 and coreutils 8.22, though they run here and as whoever runs the tests. */
export type OldHost = {
  root: string;
  ask<Args, Answer>(probe: Probe<Args, Answer>, args: Args): Promise<Answer>;
  /** Runs shell text there. */
  shell(text: string): Promise<{code: number; stdout: string; stderr: string}>;
  /** What systemd would have said of the units: nothing, where it knows all that is in them. */
  journal(): Promise<string>;
  remove(): Promise<void>;
};

/** What of a host's own files a script may write, or ask for. Everything else is this machine's, and is only read. */
const moved =
  /\/(?:var\/lib\/patchdeck|run\/patchdeck|run\/systemd\/system|etc\/systemd\/system|var\/lib\/systemd)/g;

/** Programs that are not this machine's. `stat` calls everything root's: the folder is, to the scripts. */
const standIns: Readonly<Record<string, string>> = {
  // sync.c of coreutils 8.22.
  sync: '[ $# = 0 ] || echo "sync: ignoring all arguments" >&2',
  stat: 'case "$*" in "-c %u "*) echo 0 ;; *) exec /usr/bin/stat "$@" ;; esac',
  reboot: 'exit 1',
};

export const createOldHost = async (): Promise<OldHost> => {
  const root = await mkdtemp(join(tmpdir(), 'patchdeck-systemd-219-'));
  const bin = join(root, 'bin');
  for (const folder of ['bin', 'run/systemd/system', 'etc/systemd/system', 'var/lib/systemd'])
    await mkdir(join(root, folder), {recursive: true});
  await writeFile(join(root, 'journal'), '');
  const plant = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  const program = fileURLToPath(new URL('systemd-219.ts', import.meta.url));
  for (const name of ['systemctl', 'systemd-run', 'systemd-inhibit'])
    await plant(name, `exec '${process.execPath}' '${program}' '${root}' ${name} "$@"`);
  for (const [name, text] of Object.entries(standIns)) await plant(name, text);
  const env = {PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C'};
  const shell: OldHost['shell'] = text =>
    new Promise(resolve => {
      const child = execFile('/bin/sh', ['-s'], {env, timeout: 60_000}, (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        }),
      );
      child.stdin?.end(text.replaceAll(moved, path => root + path));
    });
  return {
    root,
    shell,
    ask: async (probe, args) => {
      const {code, stdout, stderr} = await shell(probe.script(args).text);
      if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
      return probe.parse(Buffer.from(stdout));
    },
    journal: () => readFile(join(root, 'journal'), 'utf8'),
    remove: () => rm(root, {recursive: true, force: true}),
  };
};
