import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createQuestions} from '../../src/engine/questions.ts';
import {startAskServer} from '../../src/ssh/ask-server.ts';
import {createSecrets} from '../../src/ssh/secrets.ts';
import {resolveTarget} from '../../src/ssh/resolve.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config-reader.ts';
import {makeSystemFolder, type SystemFolder} from '../../src/ssh/system-folder.ts';
import {usedKeys} from '../../src/ssh/system-log.ts';
import {createSystemPrompts} from '../../src/ssh/system-prompts.ts';
import {deadlines, hostAt, never, until} from './world.ts';

let runtime: string;
let folder: SystemFolder;
const before = process.env['XDG_RUNTIME_DIR'];
beforeEach(async () => {
  runtime = await mkdtemp(join(tmpdir(), 'pdp-'));
  process.env['XDG_RUNTIME_DIR'] = runtime;
  folder = await makeSystemFolder();
});
afterEach(async () => {
  if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = before;
  await folder.close();
  await rm(runtime, {recursive: true, force: true});
});

/** The program that ssh asks people through, started as ssh starts it, and the questions that come of it. */
const askAsSsh = async (prompt: string, hint?: string) => {
  const questions = createQuestions(
    () => 'q',
    () => undefined,
  );
  const settings = {configFile: 'none', identityFiles: [], knownHostsFiles: [], useAgent: false, deadlines};
  const prompts = createSystemPrompts({
    target: await resolveTarget(hostAt(22), settings, createSshConfigReader()),
    secrets: createSecrets(),
    ask: (question, signal) => questions.ask(question, signal),
    signal: never,
    patienceMs: 10_000,
    kept: new Map(),
  });
  const socket = join(await folder.next(), 'ask');
  const server = await startAskServer(socket, (asked, gone) => prompts.answer(asked, gone));
  const program = spawn(folder.askProgram, [prompt], {
    env: {...process.env, PATCHDECK_ASK: socket, ...(hint === undefined ? {} : {SSH_ASKPASS_PROMPT: hint})},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {questions, program, close: () => server.close()};
};

it('a key that wants to be touched is a notice, and goes once it was touched', async () => {
  const {questions, program, close} = await askAsSsh(
    'Confirm user presence for key ED25519-SK SHA256:x',
    'none',
  );
  await until(() => questions.open.length > 0);
  expect(questions.open).toEqual([
    {kind: 'notice', id: 'q', host: 'web1', text: 'Confirm user presence for key ED25519-SK SHA256:x'},
  ]);
  // As ssh ends it (notify_complete in readpass.c).
  program.kill('SIGTERM');
  await until(() => questions.open.length === 0);
  close();
});

it('a PIN is a secret, and its answer reaches ssh', async () => {
  const {questions, program, close} = await askAsSsh('Enter PIN for ED25519-SK key /home/ops/.ssh/id_sk: ');
  const said = once(program.stdout, 'data');
  await until(() => questions.open.length > 0);
  expect(questions.open).toMatchObject([{kind: 'secret', what: 'key-passphrase'}]);
  questions.answer('q', {secret: '1234'});
  expect(String((await said)[0])).toBe('1234\n');
  close();
});

// From OpenSSH 9.2p1 on Debian 12, -v -E.
const accepts = (file: string, more: string): string =>
  `debug1: Server accepts key: ${file} ED25519 SHA256:7cRAJv9Ggsm3CEg4t1S55OUxuzr+cUpczxD4nRwJ5MM ${more}`;
it.each([
  [
    'the later key',
    [
      accepts('/k/one', 'explicit'),
      accepts('/k/two words', 'explicit'),
      'Authenticated to h ([::1]:22) using "publickey".',
    ],
    {files: ['/k/two words'], token: false},
  ],
  [
    'a key in part',
    [
      accepts('/k/one', 'explicit'),
      'Authenticated using "publickey" with partial success.',
      'Authenticated to h ([::1]:22) using "password".',
    ],
    {files: ['/k/one'], token: false},
  ],
  [
    'a key without a public half',
    ['debug1: Trying private key: /k/pem', 'Authenticated to h ([::1]:22) using "publickey".'],
    {files: ['/k/pem'], token: false},
  ],
  [
    'a password',
    [accepts('/k/one', 'explicit'), 'Authenticated to h ([::1]:22) using "password".'],
    {files: [], token: false},
  ],
  [
    'a token',
    [accepts('ops', 'token'), 'Authenticated to h ([::1]:22) using "publickey".'],
    {files: ['ops'], token: true},
  ],
])('of a log the key that let in is known: %s', (_, lines, used) => {
  expect(usedKeys(lines.join('\n'))).toEqual(used);
});
