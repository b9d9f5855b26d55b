import {spawn} from 'node:child_process';
import {userInfo} from 'node:os';
import {cleanLine} from '../model/clean.ts';
import {unresolved} from './errors.ts';
import {parseSshConfig, type SshConfig, type SshConfigQuestion} from './ssh-config.ts';

/** What ssh answered, and the files it read for that. */
export type SshAnswer = {config: SshConfig; files: string[]};

/** Names and addresses ssh may be asked about: no option, no shell or token character. */
const askable = /^[A-Za-z0-9_:.][A-Za-z0-9_:.%-]*$/;
const answerLimit = 1 << 20;

/** Asks `ssh -G`: the only one who knows Include, Match, tokens and canonical names. Throws `ssh.unresolved`. */
export const askSsh = async (
  program: string,
  {name, port, user, configFile}: SshConfigQuestion,
  timeoutMs: number,
): Promise<SshAnswer> => {
  if (!askable.test(name)) throw unresolved(name, 'it is not a name or address that ssh can be asked about');
  const args = [
    '-G',
    '-v',
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    '--',
    name,
  ];
  const {code, stdout, stderr} = await run(program, args, timeoutMs, name);
  if (code !== 0) {
    const said = stderr.split('\n').filter(line => line !== '' && !line.startsWith('debug1: '));
    throw unresolved(
      name,
      `ssh -G ended with ${code ?? 'a signal'}: ${cleanLine(said.at(-1) ?? 'no reason given')}`,
    );
  }
  const read = [...stderr.matchAll(/Reading configuration data (.+)$/gm)].map(
    match => match[1]?.trim() ?? '',
  );
  // Those that do not exist yet count as well: they may be written later.
  const usual =
    configFile === undefined ? [`${userInfo().homedir}/.ssh/config`, '/etc/ssh/ssh_config'] : [configFile];
  return {config: parseSshConfig(stdout), files: [...new Set([...read, ...usual])]};
};

const run = (
  program: string,
  args: string[],
  timeoutMs: number,
  name: string,
): Promise<{code: number | null; stdout: string; stderr: string}> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const parts = {stdout: '', stderr: ''};
    child.stdout.on('data', (chunk: Buffer) => {
      if (parts.stdout.length < answerLimit) parts.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (parts.stderr.length < answerLimit) parts.stderr += chunk.toString();
    });
    child.on('error', error =>
      reject(unresolved(name, `the ssh program could not be started (${error.message})`, error)),
    );
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL')
        reject(unresolved(name, `ssh -G gave no answer within ${timeoutMs / 1000} s`));
      else resolve({code, ...parts});
    });
  });
