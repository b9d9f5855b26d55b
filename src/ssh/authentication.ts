import type {AnyAuthMethod, AuthHandlerMiddleware, Prompt} from 'ssh2';
import {cleanLine} from '../model/clean.ts';
import type {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {askSecret} from './ask-secret.ts';
import {beyondSsh2} from './beyond-ssh2.ts';
import {authenticationFailed} from './errors.ts';
import type {KeyFiles} from './key-files.ts';
import {gatherKeys, type Keyring} from './keyring.ts';
import {
  leftToSsh,
  noAnswer,
  noPassword,
  noWayIn,
  passwordMustChange,
  passwordRefusedBefore,
  wrongPassword,
} from './login-errors.ts';
import type {Lease, Secrets} from './secrets.ts';
import type {Ssh2} from './ssh2.ts';
import type {LoginMethod, Target} from './target.ts';

export type LoginContext = {
  ssh2: Ssh2;
  target: Target;
  keyFiles: KeyFiles;
  secrets: Secrets;
  ask: Asker;
  signal: AbortSignal;
  /** Ends the connection with an error. */
  fail: (error: PatchdeckError) => void;
};

/** One login on one connection. */
export type Login = {
  handler: AuthHandlerMiddleware;
  /** The host let us in: a password that was used is proven. */
  succeeded(): void;
  /** The connection is over; `refused`: because the host had enough of our attempts. */
  ended(refused: boolean): void;
  /** A person gave a code that serves once. */
  readonly byCode: boolean;
  /** What was offered so far, for a message. */
  offered(): string;
};

const changePrompt = /new password|re-?type|again|current.*password|\(current\)/i;
const passwordPrompt = /pass(word|wort)|mot de passe|contrase|passphrase/i;

/** Logs in by what both the host and ssh_config allow, in ssh's order: agent and key files, keyboard-interactive, password. Each is tried once. */
export const createLogin = (context: LoginContext): Login => {
  const {target, signal, fail} = context;
  const tried = new Set<string>();
  let first = true;
  let lastWasKey = false;
  let over = false;
  let keyring: Keyring | undefined;
  let lease: Lease | undefined;
  let codeSent = false;
  let byCode = false;

  const borrow = async (prompt: string): Promise<string | undefined> => {
    const found = await context.secrets.borrow(
      `ssh-password ${target.user}`,
      target.name,
      // Its turn may come when this connection is long gone: then nobody is bothered.
      () =>
        over ? Promise.resolve(undefined) : askSecret(context.ask, target, 'ssh-password', prompt, signal),
      signal,
    );
    if (found === 'refused') {
      fail(passwordRefusedBefore(target));
      return undefined;
    }
    if (over) found?.abandon();
    else if (found === undefined) {
      fail(noPassword(target));
    } else lease = found;
    return over ? undefined : found?.secret;
  };

  const answer = async ({prompt, echo}: Prompt, who: string): Promise<string | undefined> => {
    const text = cleanLine(prompt);
    if (changePrompt.test(text)) {
      fail(passwordMustChange(target, text));
      return undefined;
    }
    if (echo !== true && passwordPrompt.test(text)) {
      if (lease === undefined) return borrow(text);
      lease.rejected();
      lease = undefined;
      fail(wrongPassword(target));
      return undefined;
    }
    const code = await askSecret(context.ask, target, 'one-time-code', `${who} ${text}`.trim(), signal);
    codeSent = true;
    byCode ||= code !== undefined;
    if (code === undefined) fail(noAnswer(target, text));
    return code;
  };

  const methods: Record<LoginMethod, () => Promise<AnyAuthMethod | undefined>> = {
    publickey: async () => {
      keyring ??= await gatherKeys(context.ssh2, target, context.keyFiles, async (path, attempt) =>
        target.batch
          ? undefined
          : askSecret(
              context.ask,
              target,
              'key-passphrase',
              `passphrase of ${path}${attempt > 1 ? ' (the last one was wrong)' : ''}`,
              signal,
            ),
      );
      const agent = keyring.next();
      if (agent === undefined) tried.add('publickey');
      return agent === undefined ? undefined : {type: 'agent', username: target.user, agent};
    },
    'keyboard-interactive': () =>
      Promise.resolve({
        type: 'keyboard-interactive',
        username: target.user,
        prompt: (name, instructions, _language, prompts, finish) => {
          // Who asks, as the server puts it; with several factors each has its own.
          const who = cleanLine(`${name} ${instructions}`).trim();
          void answerAll(
            prompts,
            prompt => answer(prompt, who),
            () => over,
          ).then(
            answers => {
              if (answers !== undefined && !over) finish(answers);
            },
            reportAbort(fail, target),
          );
        },
      }),
    password: async () => {
      const password = await borrow(`password of ${target.user}`);
      return password === undefined ? undefined : {type: 'password', username: target.user, password};
    },
  };

  const nextMethod = async (allowed: readonly string[]): Promise<AnyAuthMethod | undefined> => {
    for (const name of target.methods) {
      if (over) return undefined;
      if (!allowed.includes(name) || tried.has(name)) continue;
      if (name !== 'publickey' && target.fallsBack) {
        const more = await beyondSsh2(target, allowed);
        if (more !== undefined) {
          fail(leftToSsh(target, more));
          return undefined;
        }
      }
      if (name !== 'publickey') tried.add(name);
      const method = await methods[name]();
      if (method !== undefined) return method;
    }
    return undefined;
  };

  return {
    get byCode() {
      return byCode;
    },
    handler: (authsLeft, partialSuccess, next) => {
      // ssh2 hands on nothing of what a host says to a key: neither that it was right but wants more, nor what is left. So that is asked for.
      if (first || (lastWasKey && keyring?.signed === true)) {
        first = false;
        lastWasKey = false;
        next({type: 'none', username: target.user});
        return;
      }
      const refused = settle(lease, partialSuccess, codeSent);
      lease = undefined;
      codeSent = false;
      if (refused) {
        fail(wrongPassword(target));
        return;
      }
      const allowed: readonly string[] = Array.isArray(authsLeft) ? authsLeft : [];
      nextMethod(allowed).then(
        method => {
          if (over) return;
          lastWasKey = method?.type === 'agent';
          if (method === undefined) fail(noWayIn(target, allowed, keyring));
          else next(method);
        },
        reportAbort(fail, target),
      );
    },
    succeeded: () => {
      over = true;
      lease?.accepted();
    },
    ended: refused => {
      over = true;
      if (refused) lease?.rejected();
      else lease?.drop();
    },
    offered: () =>
      [...(keyring?.offered ?? []), ...(lease === undefined ? [] : ['a password'])].join(', ') ||
      'no attempt',
  };
};

/** True when the host refused a password. When a one-time code went with it, nobody knows which of both was wrong. */
const settle = (lease: Lease | undefined, partialSuccess: boolean, codeSent: boolean): boolean => {
  if (lease === undefined) return false;
  if (partialSuccess) lease.accepted();
  else if (codeSent) lease.drop();
  else lease.rejected();
  return !partialSuccess;
};

const answerAll = async (
  prompts: readonly Prompt[],
  answer: (prompt: Prompt) => Promise<string | undefined>,
  over: () => boolean,
): Promise<string[] | undefined> => {
  const answers: string[] = [];
  for (const prompt of prompts) {
    const given = over() ? undefined : await answer(prompt);
    if (given === undefined) return undefined;
    answers.push(given);
  }
  return answers;
};

const reportAbort =
  (fail: (error: PatchdeckError) => void, target: Target) =>
  (error: unknown): void =>
    fail(
      authenticationFailed(
        target,
        error instanceof Error ? cleanLine(error.message) : 'the question was broken off',
        'try again',
      ),
    );
