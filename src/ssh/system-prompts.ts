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
import type {UsedKeys} from './system-log.ts';
import type {Target} from './target.ts';

export type SystemPrompts = {
  /** `gone` aborts when ssh does not want the answer any more. */
  answer(prompt: SshPrompt, gone: AbortSignal): Promise<string | undefined>;
  /** The host let us in; the keys it took are proven, and so is what opened them. */
  in(keys: UsedKeys): void;
  /** No login came of it; `refused`: because the host let us not in. */
  over(refused: boolean): void;
  /** A person gave a code that serves once. */
  readonly byCode: boolean;
  /** Why the login cannot go on, when it hangs on an answer: ssh has to be ended, or it would send an empty one. */
  readonly fault: PatchdeckError | undefined;
  /** The answer took so long that the host may have hung up: ssh has to be ended; the next one has the answer at once. */
  readonly late: boolean;
};

export type PromptsContext = {
  target: Target;
  secrets: Secrets;
  ask: Asker;
  signal: AbortSignal;
  /** A person who takes longer than this may find the host gone: sshd does not wait for ever (LoginGraceTime). */
  patienceMs: number;
  /** Codes that came too late for the login they were asked for, by prompt; for the next one. */
  kept: Map<string, string>;
};

const changePrompt = /new password|re-?type|current.*password|\(current\)/i;

/**
 * Answers what the system's ssh asks during one login. Each secret is lent like those of ssh2: a new one is tried on one host first, and one that
 * was refused is never sent again.
 */
export const createSystemPrompts = (context: PromptsContext): SystemPrompts => {
  const {target, secrets, ask, signal, kept} = context;
  const tried = new Set<string>();
  const passphrases: {prompt: string; lease: Lease}[] = [];
  let password: Lease | undefined;
  let fault: PatchdeckError | undefined;
  let late = false;
  let isOver = false;
  let byCode = false;

  /** Whether the answer is still in time; the time of people and of waiting in line counts. */
  const inTime = (since: number): boolean => {
    late ||= performance.now() - since > context.patienceMs;
    return !late && !isOver;
  };
  const borrow = async (
    key: string,
    what: 'ssh-password' | 'key-passphrase',
    prompt: string,
  ): Promise<Lease | 'refused' | 'late' | undefined> => {
    const since = performance.now();
    const found = await secrets.borrow(
      key,
      target.name,
      // Its turn may come when this login is long over: then nobody is bothered.
      () => (isOver ? Promise.resolve(undefined) : askSecret(ask, target, what, prompt, signal)),
      signal,
    );
    if (inTime(since) || typeof found !== 'object') return found;
    found.abandon();
    return 'late';
  };

  /** Without one ssh goes on to the next key. */
  const passphraseFor = async (prompt: string): Promise<string | undefined> => {
    tried.add(prompt);
    const lease = await borrow(prompt, 'key-passphrase', prompt);
    if (typeof lease !== 'object') return undefined;
    passphrases.push({prompt, lease});
    return lease.secret;
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
    else if (found !== 'late') password = found;
    return password?.secret;
  };

  const codeFor = async (prompt: string): Promise<string | undefined> => {
    const since = performance.now();
    const before = kept.get(prompt);
    kept.delete(prompt);
    const code = before ?? (await askSecret(ask, target, 'one-time-code', prompt, signal));
    if (code === undefined) fault = noAnswer(target, prompt);
    if (code === undefined) return undefined;
    if (inTime(since)) {
      byCode = true;
      return code;
    }
    kept.set(prompt, code);
    return undefined;
  };

  return {
    get fault() {
      return fault;
    },
    get byCode() {
      return byCode;
    },
    get late() {
      return late;
    },
    answer: async ({prompt, hint}, gone) => {
      const text = cleanLine(prompt, 200);
      if (/continue connecting|fingerprint/i.test(prompt) || hint === 'confirm') {
        return askToConfirm(target, prompt, ask, gone);
      }
      if (hint === 'none') {
        // Only said, such as that a key wants to be touched; ssh goes on by itself, and takes the notice away.
        await ask({kind: 'notice', host: target.name, text}, AbortSignal.any([signal, gone]));
        return '';
      }
      if (changePrompt.test(text)) {
        fault = passwordMustChange(target, text);
        return undefined;
      }
      if (/passphrase|\bPIN\b/.test(text)) return tried.has(text) ? undefined : passphraseFor(text);
      if (/pass(word|wort)|mot de passe|contrase/i.test(text)) return passwordFor(text);
      return codeFor(text);
    },
    in: keys => {
      isOver = true;
      // A later key may have logged in: what was given for an earlier one is then as good as not tried.
      for (const {prompt, lease} of passphrases) {
        if (opened(prompt, keys)) lease.accepted();
        else lease.drop();
      }
      password?.accepted();
    },
    over: refused => {
      isOver = true;
      for (const {lease} of passphrases) lease.drop();
      if (refused) password?.rejected();
      else password?.drop();
      if (refused && password !== undefined) fault ??= wrongPassword(target);
    },
  };
};

/** Whether the secret of this prompt opened a key that the host took. A PIN is asked for a token by its label, not for one of its keys. */
const opened = (prompt: string, keys: UsedKeys): boolean =>
  /^Enter PIN for '/.test(prompt) ? keys.token : keys.files.some(file => prompt.includes(file));

/** A host key of a hop that only a ProxyCommand knows of: ssh itself remembers it, so nothing less than that can be said yes to. */
const askToConfirm = async (
  target: Target,
  prompt: string,
  ask: Asker,
  gone: AbortSignal,
): Promise<string> => {
  const found = /host '([^']+)'[^]*?(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]{43})/.exec(prompt);
  if (found?.[1] === undefined || found[2] === undefined || found[3] === undefined) return 'no';
  const answer = await ask(
    {
      kind: 'host-key',
      host: target.name,
      address: cleanLine(found[1]),
      keyType: cleanLine(found[2]),
      fingerprint: found[3],
    },
    gone,
  );
  return answer === 'remember' ? found[3] : 'no';
};
