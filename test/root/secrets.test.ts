import {randomBytes, randomInt} from 'node:crypto';
import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {spawn} from '@lydell/node-pty';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {launcher, makePlace, type Place} from '../commands/program.ts';
import {makeAccount, removeAccount, type Account} from '../ssh/real-sshd.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {must} from '../lab/command.ts';

let here: RealWorld;
let byKey: Account;
let runtime: string;
const service = `patchdeck-${randomBytes(4).toString('hex')}`;
const codes = Array.from({length: 4}, () => String(randomInt(10_000_000, 99_999_999)));
beforeAll(async () => {
  here = await makeRealWorld();
  // Short: the path of a socket has 108 bytes.
  runtime = await mkdtemp('/tmp/pdt-');
  byKey = await makeAccount(here.folder, {sudo: `Defaults:USER pam_service=${service}\nUSER ALL=(ALL) ALL`});
}, 60_000);
afterAll(async () => {
  await removeAccount(byKey);
  await here.remove();
  await rm(`/etc/pam.d/${service}`, {force: true});
  await rm(runtime, {recursive: true, force: true});
}, 60_000);

const passphrase = randomBytes(12).toString('base64url');

it.each(['ssh2', 'system'] as const)(
  'a password, a passphrase, a sudo password and a code are seen in no file, output, argument or environment (%s)',
  async transport => {
    const place = await makePlace();
    const seen = new Set<string>();
    try {
      const secrets = {
        'login password': here.accounts.dash.password,
        passphrase,
        'sudo password': byKey.password,
        code: codes[transport === 'ssh2' ? 0 : 1] ?? '',
      };
      const {args, env} = await prepare(place, transport, secrets.code);
      const answers: [RegExp, string][] = [
        [/pass-host: \(?.*[Pp]assword/, secrets['login password']],
        [/key-host: .*passphrase/, secrets.passphrase],
        [/key-host: sudo password/, secrets['sudo password']],
        [/key-host: sudo asks for more/, secrets.code],
      ];
      const sampled = new Set<string>();
      const look = async (): Promise<void> => {
        for (const [name, text] of await processesAndFolders())
          for (const [what, secret] of Object.entries(secrets))
            if (text.includes(secret)) seen.add(`${what} in ${name}`);
        sampled.add('once');
      };
      const done = new AbortController();
      const looking = (async () => {
        while (!done.signal.aborted) {
          await look();
          await new Promise(resolve => setTimeout(resolve, 150));
        }
      })();
      const said = await typeInto(
        process.execPath,
        [launcher, 'scan', ...args],
        {...env, NODE_DEBUG: 'child_process,fs,http,module,net,tls,worker', DEBUG: '*'},
        answers,
      );
      done.abort();
      await looking;
      expect(answers, saidByUs(said)).toEqual([]);
      await must(
        process.execPath,
        [launcher, 'runs', 'export', join(place.folder, 'run.export'), ...args.slice(0, 2)],
        {env},
      );
      const left = [['output', said] as const, ...(await filesBelow(place.folder))];
      expect([left.length > 5, sampled.size]).toEqual([true, 1]);
      for (const [name, text] of left)
        for (const [what, secret] of Object.entries(secrets))
          if (text.includes(secret)) seen.add(`${what} in ${name}`);
      expect([...seen]).toEqual([]);
      // What was looked for would have been found: the run has what its hosts said.
      expect(left.some(([, text]) => text.includes('host.scanned'))).toBe(true);
    } finally {
      await place.remove();
    }
  },
);

/** Two hosts: one is logged in to by a password, the other by an encrypted key, and wants a password and a code for root. */
const prepare = async (
  place: Place,
  transport: string,
  code: string,
): Promise<{args: string[]; env: Record<string, string>}> => {
  const key = join(here.folder, `locked-${transport}`);
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key]);
  const totp = join(here.folder, `totp-${transport}`);
  await writeFile(totp, `JBSWY3DPEHPK3PXP\n" TOTP_AUTH\n${code}\n`, {mode: 0o400});
  await writeFile(
    `/etc/pam.d/${service}`,
    `auth required pam_unix.so\nauth required pam_google_authenticator.so secret=${totp} user=root\naccount required pam_unix.so\n`,
  );
  const [open, locked] = [await here.start('/dev/null'), await here.start(`${key}.pub`)];
  await here.knowAll(open, locked);
  const config = await here.configure([` IdentityFile ${key}`, ' IdentitiesOnly yes']);
  const inventory = join(place.folder, 'inventory.yaml');
  const host = (port: number, user: string, become: string): string =>
    `{address: target, port: ${port}, user: ${user}, become: ${become}, transport: ${transport}}`;
  await writeFile(
    inventory,
    [
      'fleet: secrets',
      'hosts:',
      `  pass-host: ${host(open.port, here.accounts.dash.name, 'none')}`,
      `  key-host: ${host(locked.port, byKey.name, 'sudo')}`,
      '',
    ].join('\n'),
  );
  return {
    args: ['--inventory', inventory, '--ssh-config', config, '--concurrency', '1'],
    env: {...place.env, XDG_RUNTIME_DIR: runtime},
  };
};

/** What is no line of NODE_DEBUG. */
const saidByUs = (said: string): string =>
  said
    .split('\n')
    .filter(line => !/^[A-Z_0-9]+ \S*\d+\S*: /.test(line))
    .join('\n')
    .slice(-4000);

/** Runs a program in a terminal and types the answer whenever its prompt stands; gives all that was shown. Answers that were asked for are taken out. */
const typeInto = (
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  answers: [RegExp, string][],
): Promise<string> =>
  new Promise(resolve => {
    const terminal = spawn(file, args, {name: 'xterm', cols: 200, rows: 50, env});
    let said = '';
    let from = 0;
    terminal.onData(data => {
      said += data;
      for (;;) {
        // A prompt stands at the end; all before it may be megabytes.
        const end = said.slice(Math.max(from, said.length - 2000));
        const next = answers.findIndex(([prompt]) => prompt.test(end));
        const [answer] = next < 0 ? [] : answers.splice(next, 1);
        if (answer === undefined) return;
        from = said.length;
        // The program reads what is typed once its prompt is out; the terminal keeps it until then.
        terminal.write(`${answer[1]}\r`);
      }
    });
    terminal.onExit(() => resolve(said));
  });

/** Arguments and environment of every process, and what lies in the folder of the system's ssh while it is there. */
const processesAndFolders = async (): Promise<[string, string][]> => {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const shown = ids.flatMap(id => ['cmdline', 'environ'].map(file => `/proc/${id}/${file}`));
  const read = async (path: string): Promise<[string, string]> => [
    path,
    await readFile(path, 'latin1').catch(() => ''),
  ];
  return [...(await Promise.all(shown.map(read))), ...(await filesBelow(runtime))];
};

const filesBelow = async (folder: string): Promise<[string, string][]> => {
  const entries = await readdir(folder, {recursive: true}).catch(() => []);
  const files: [string, string][] = [];
  for (const entry of entries) {
    const path = join(folder, entry);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push([path, await readFile(path, 'latin1').catch(() => '')]);
  }
  return files;
};
