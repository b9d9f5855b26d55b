import {spawn} from 'node:child_process';
import {stat} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {dirname} from 'node:path';
import {cleanLine} from '../model/clean.ts';
import {createGate, type Gate} from './gate.ts';
import {unresolved} from './errors.ts';

/** What ssh makes of one name: keyword (lower case) to its values, in order. */
export type SshConfig = ReadonlyMap<string, readonly string[]>;

export type SshConfigQuestion = {
  name: string;
  port: number | undefined;
  user: string | undefined;
  configFile: string | undefined;
};

export type SshConfigReader = (question: SshConfigQuestion) => Promise<SshConfig>;

/** Names and addresses ssh may be asked about: no option, no shell or token character. */
const askable = /^[A-Za-z0-9_:.][A-Za-z0-9_:.%-]*$/;
const answerLimit = 1 << 20;
/** `Match exec` looks at the world, so an answer is not kept for ever even when no file changed. */
const maxAgeMs = 60_000;

/**
 * Asks `ssh -G`: the only one who knows Include, Match, tokens and canonical names. Answers are kept per question until a file that ssh read,
 * or a folder of one, changes. Throws `ssh.unresolved`.
 */
export const createSshConfigReader = (
  options: {program?: string; timeoutMs?: number; now?: () => number} = {},
): SshConfigReader => {
  const {program = 'ssh', timeoutMs = 10_000, now = Date.now} = options;
  const gate = createGate(4);
  const kept = new Map<string, {at: number; stamp: string; files: string[]; config: SshConfig}>();
  return async question => {
    const key = JSON.stringify(question);
    const old = kept.get(key);
    if (old !== undefined && now() - old.at < maxAgeMs && (await stampOf(old.files)) === old.stamp) {
      return old.config;
    }
    const {config, files} = await inTurn(gate, () => ask(program, question, timeoutMs));
    kept.set(key, {at: now(), stamp: await stampOf(files), files, config});
    return config;
  };
};

/** The first value of a keyword; undefined when missing or `none`. */
export const configValue = (config: SshConfig, keyword: string): string | undefined => {
  const value = config.get(keyword)?.[0];
  return value === undefined || value === 'none' || value === '' ? undefined : value;
};

/** The lines of `ssh -G`: a keyword, a blank, the rest. */
export const parseSshConfig = (text: string): SshConfig => {
  const config = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const match = /^([a-z0-9]+) (.*)$/i.exec(line.trimEnd());
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const keyword = match[1].toLowerCase();
    config.set(keyword, [...(config.get(keyword) ?? []), match[2]]);
  }
  return config;
};

const inTurn = async <T>(gate: Gate, work: () => Promise<T>): Promise<T> => {
  const leave = await gate.enter();
  try {
    return await work();
  } finally {
    leave();
  }
};

const ask = async (
  program: string,
  {name, port, user, configFile}: SshConfigQuestion,
  timeoutMs: number,
): Promise<{config: SshConfig; files: string[]}> => {
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

/** Changes whenever one of the files or a folder of one does. */
const stampOf = async (files: readonly string[]): Promise<string> => {
  const paths = [...new Set(files.flatMap(file => [file, dirname(file)]))];
  const stamps = await Promise.all(
    paths.map(path =>
      stat(path).then(
        found => `${found.ino}:${found.size}:${found.mtimeMs}`,
        () => 'none',
      ),
    ),
  );
  return stamps.join(' ');
};
