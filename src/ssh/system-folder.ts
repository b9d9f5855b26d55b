import {rmSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {quote} from '../model/script.ts';

/** A folder of this console alone (0700): control sockets of ssh, and the program ssh asks people through. Gone with the process. */
export type SystemFolder = {
  /** A new folder inside, for one connection. */
  next(): Promise<string>;
  /** For SSH_ASKPASS. It finds its socket in the environment: `PATCHDECK_ASK`. */
  askProgram: string;
};

export const makeSystemFolder = async (): Promise<SystemFolder> => {
  // Short: the path of a socket has 104 bytes on some systems, and ssh adds to it.
  const root = await mkdtemp(join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), 'pd-')).catch(() =>
    mkdtemp(join(tmpdir(), 'pd-')),
  );
  await chmod(root, 0o700);
  if (roots.size === 0) process.once('exit', removeRoots);
  roots.add(root);
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
  };
};

const roots = new Set<string>();
const removeRoots = (): void => {
  for (const root of roots) rmSync(root, {recursive: true, force: true});
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
