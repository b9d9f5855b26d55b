import {chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {quote} from '../model/script.ts';
import {startKeeper} from './keeper.ts';

/** A folder of this console alone (0700): control sockets of ssh, and the program ssh asks people through. Gone with the console. */
export type SystemFolder = {
  /** A new folder inside, for one connection. */
  next(): Promise<string>;
  /** For SSH_ASKPASS. It finds its socket in the environment: `PATCHDECK_ASK`. */
  askProgram: string;
  /** Ends every ssh that has its folder here, and removes all. */
  close(): Promise<void>;
};

export const makeSystemFolder = async (): Promise<SystemFolder> => {
  const make = async (base: string): Promise<string> => {
    const made = await mkdtemp(join(base, `pd-${process.pid}-`));
    await sweep(base);
    return made;
  };
  const root = await make(shortBase()).catch(() => make('/tmp'));
  await chmod(root, 0o700);
  const keeper = startKeeper(root);
  const askProgram = join(root, 'ask');
  await writeFile(join(root, 'ask.cjs'), askText, {mode: 0o600});
  await writeFile(
    askProgram,
    `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(join(root, 'ask.cjs'))} "$@"\n`,
    {mode: 0o700},
  );
  let count = 0;
  return {
    askProgram,
    next: async () => {
      count += 1;
      const folder = join(root, count.toString(36));
      await mkdir(folder, {mode: 0o700});
      return folder;
    },
    close: () => keeper.close(),
  };
};

/** The path of a socket has 104 bytes on some systems, of which ours, the name that ssh makes and what it adds to that take eighty. */
const longestBase = 24;
const shortBase = (): string =>
  [process.env['XDG_RUNTIME_DIR'] ?? '', tmpdir()].find(base => base !== '' && base.length <= longestBase) ??
  '/tmp';

const staleMs = 24 * 60 * 60_000;

/** Removes what consoles left that lost their keeper as well, as when the power went. A process id may mean little here (containers): only the old. */
const sweep = async (base: string): Promise<void> => {
  for (const name of await readdir(base)) {
    const pid = /^pd-(\d+)-\w{6}$/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const path = join(base, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.uid === process.getuid?.() && Date.now() - (found?.mtimeMs ?? 0) > staleMs)
      await rm(path, {recursive: true, force: true});
  }
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** Hands ssh's prompt over a socket to the console and prints its answer: a secret is in no argument and no environment. */
const askText = `
const socket = require('node:net').connect(process.env.PATCHDECK_ASK);
let text = '';
socket.on('error', () => process.exit(1));
socket.on('data', chunk => (text += chunk));
socket.on('end', () => {
  if (text === '') process.exit(1);
  process.stdout.write(JSON.parse(text) + '\\n');
});
socket.write(JSON.stringify({prompt: process.argv[2] || '', hint: process.env.SSH_ASKPASS_PROMPT || ''}) + '\\n');
`;
