import {cleanLine} from '../model/clean.ts';
import type {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import type {SshPrompt} from './ask-server.ts';
import {askSecret} from './ask-secret.ts';
import {
  noAnswer,
  noPassword,
  passwordMustChange,
  passwordRefusedBefore,
  wrongPassword,
} from './login-errors.ts';
import type {Lease, Secrets} from './secrets.ts';
import type {Target} from './target.ts';

export type SystemPrompts = {
  answer(prompt: SshPrompt): Promise<string | undefined>;
  /** The login is over; `refused`: the host let us not in. */
  ended(how: 'in' | 'refused' | 'unknown'): void;
  /** Why the login cannot go on, when it hangs on an answer: ssh has to be ended, or it would send an empty one. */
  readonly fault: PatchdeckError | undefined;
};

const changePrompt = /new password|re-?type|current.*password|\(current\)/i;

/**
 * Answers what the system's ssh asks during one login. Each secret is lent like those of ssh2: a new one is tried on one host first, and one that
 * was refused is never sent again.
 */
export const createSystemPrompts = (
  target: Target,
  secrets: Secrets,
  ask: Asker,
  signal: AbortSignal,
): SystemPrompts => {
  const tried = new Set<string>();
  const passphrases: Lease[] = [];
  let password: Lease | undefined;
  let fault: PatchdeckError | undefined;

  const borrow = (
    key: string,
    what: 'ssh-password' | 'key-passphrase',
    prompt: string,
  ): ReturnType<Secrets['borrow']> =>
    secrets.borrow(key, target.name, () => askSecret(ask, target, what, prompt), signal);

  /** Without one ssh goes on to the next key. */
  const passphraseFor = async (prompt: string): Promise<string | undefined> => {
    tried.add(prompt);
    const found = await borrow(prompt, 'key-passphrase', prompt);
    if (typeof found !== 'object') return undefined;
    passphrases.push(found);
    return found.secret;
  };

  const passwordFor = async (prompt: string): Promise<string | undefined> => {
    if (password !== undefined) {
      password.rejected();
      fault = wrongPassword(target);
      return undefined;
    }
    const found = await borrow(`ssh-password ${target.user}`, 'ssh-password', prompt);
    if (found === undefined) fault = noPassword(target);
    else if (found === 'refused') fault = passwordRefusedBefore(target);
    else password = found;
    return password?.secret;
  };

  return {
    get fault() {
      return fault;
    },
    answer: async ({prompt, hint}) => {
      const text = cleanLine(prompt, 200);
      if (/continue connecting|fingerprint/i.test(prompt) || hint === 'confirm') {
        return askToConfirm(target, prompt, ask);
      }
      if (hint === 'none') {
        // Only said, such as that a key wants to be touched; ssh goes on by itself.
        await askSecret(ask, target, 'one-time-code', text);
        return '';
      }
      if (changePrompt.test(text)) {
        fault = passwordMustChange(target, text);
        return undefined;
      }
      if (/passphrase|\bPIN\b/.test(text)) return tried.has(text) ? undefined : passphraseFor(text);
      if (/pass(word|wort)|mot de passe|contrase/i.test(text)) return passwordFor(text);
      const code = await askSecret(ask, target, 'one-time-code', text);
      if (code === undefined) fault = noAnswer(target, text);
      return code;
    },
    ended: how => {
      for (const lease of passphrases) {
        if (how === 'in') lease.accepted();
        else lease.drop();
      }
      if (how === 'in') password?.accepted();
      else if (how === 'refused') password?.rejected();
      else password?.drop();
      if (how === 'refused' && password !== undefined) fault ??= wrongPassword(target);
    },
  };
};

/** A host key of a hop that only a ProxyCommand knows of: ssh itself remembers it, so nothing less than that can be said yes to. */
const askToConfirm = async (target: Target, prompt: string, ask: Asker): Promise<string> => {
  const found = /host '([^']+)'[^]*?(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]{43})/.exec(prompt);
  if (found?.[1] === undefined || found[2] === undefined || found[3] === undefined) return 'no';
  const answer = await ask({
    kind: 'host-key',
    host: target.name,
    address: cleanLine(found[1]),
    keyType: cleanLine(found[2]),
    fingerprint: found[3],
  });
  return answer === 'remember' ? found[3] : 'no';
};
