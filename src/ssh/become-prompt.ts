import {cleanLine} from '../model/clean.ts';
import type {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import {
  passwordNeeded,
  refusedBefore,
  wrongBecomePassword,
  wrongPasswordOrCode,
  type Become,
} from './become.ts';
import {readPrompts, type BecomePrompt} from './read-prompts.ts';
import type {Lease} from './secrets.ts';

export type PromptContext = {
  host: Host;
  become: Become;
  nonce: string;
  /** See Secrets.borrow; the time it takes is not counted. Nobody is asked once it is no longer wanted. */
  borrow(prompt: string, isWanted: () => boolean): Promise<Lease | 'refused' | undefined>;
  /** Asks a person for what goes with the password; undefined: not answered. */
  askCode(prompt: string): Promise<string | undefined>;
  send: (text: string) => void;
  fail: (error: Error) => void;
  /** How long a prompt that is not ours has to stand still until it is taken for one. */
  quietMs: number;
};

/** Answers what sudo asks before it gives a shell. */
export type PromptAnswerer = {
  /** All of stderr so far. */
  saw(stderr: string): void;
  /** The shell is there: the password was right. */
  passed(): void;
  /** The channel is gone without a shell. */
  ended(): void;
  /** The channel is gone without a shell, and what sudo said means that it was refused. Gives that error, or a truer one. */
  refused(error: PatchdeckError): PatchdeckError;
  /** A person is being asked, and may take longer than sudo waits. */
  readonly asking: boolean;
};

const codePrompt = /code|token|otp|passcode|\bpin\b/i;
const maxCodes = 3;

/**
 * The password goes out only once its prompt was seen: sent early under NOPASSWD it would run as a command. A prompt after "Sorry, try again"
 * means it was wrong: nothing is sent again. One without a word between, or another that stands still, may be a second factor: a person is asked.
 */
export const createPromptAnswerer = (context: PromptContext): PromptAnswerer => {
  const {host, become, nonce, send, fail} = context;
  let state: 'waiting' | 'borrowing' | 'sent' | 'over' = 'waiting';
  let lease: Lease | undefined;
  let codes = 0;
  let answeredUpTo = 0;
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;

  const isOver = (): boolean => state === 'over';
  const givePassword = async (): Promise<void> => {
    state = 'borrowing';
    const found = await context.borrow(`${become} password`, () => !isOver());
    if (isOver()) {
      if (typeof found === 'object') found.abandon();
      return;
    }
    if (found === undefined) {
      fail(passwordNeeded(host, become));
      return;
    }
    if (found === 'refused') {
      fail(refusedBefore(host, become));
      return;
    }
    lease = found;
    state = 'sent';
    send(oneLine(found.secret));
  };
  const giveCode = async (prompt: string, upTo: number): Promise<void> => {
    codes += 1;
    answeredUpTo = upTo;
    const code = await context.askCode(prompt);
    if (isOver()) return;
    if (code === undefined) {
      fail(passwordNeeded(host, become));
      return;
    }
    send(oneLine(code));
  };
  /** Where a code went with the password, nobody knows which of both was wrong: a right password must not be refused from now on. */
  const blame = (error: PatchdeckError): PatchdeckError => {
    if (codes === 0) lease?.rejected();
    else lease?.drop();
    return codes === 0 ? error : wrongPasswordOrCode(host, become);
  };
  const report = (error: unknown): void => fail(error instanceof Error ? error : new Error('not answered'));

  /** Nothing is sent a second time: a password is, or a code went with it and one of both is, wrong - unless sudo asks on without a word. */
  const answerPrompt = ({label, afterWords}: BecomePrompt, upTo: number): void => {
    if (state === 'sent' && (afterWords || codes >= maxCodes)) {
      state = 'over';
      fail(blame(wrongBecomePassword(host, become)));
    } else if (state === 'sent' || (state === 'waiting' && label !== '')) {
      giveCode(
        label === '' ? `${become} asks for more than the password, such as a code` : label,
        upTo,
      ).catch(report);
    } else if (state === 'waiting') givePassword().catch(report);
  };

  const lookForCode = (stderr: string): void => {
    const mark = stderr.lastIndexOf(nonce);
    const rest = stderr.slice(Math.max(answeredUpTo, mark < 0 ? 0 : mark + nonce.length));
    const prompt = cleanLine(
      rest
        .replace(/^:?\]?\s*(password:)?/i, '')
        .split('\n')
        .at(-1) ?? '',
    );
    const isPrompt = /[:?>]$/.test(prompt) && (state === 'sent' || codePrompt.test(prompt));
    if (isPrompt && codes < maxCodes && !isOver()) giveCode(prompt, stderr.length).catch(report);
  };

  return {
    saw: stderr => {
      if (become === 'plain' || isOver()) return;
      const prompts = readPrompts(become, stderr, nonce);
      const newest = prompts.at(-1);
      if (newest !== undefined && prompts.length > seen) {
        seen = prompts.length;
        // The prompt of doas has no mark that would tell it from another one later.
        if (become === 'doas') answeredUpTo = stderr.length;
        answerPrompt(newest, stderr.length);
      }
      if (isOver()) return;
      clearTimeout(timer);
      timer = setTimeout(() => lookForCode(stderr), context.quietMs);
    },
    passed: () => {
      state = 'over';
      clearTimeout(timer);
      lease?.accepted();
    },
    ended: () => {
      state = 'over';
      clearTimeout(timer);
      lease?.drop();
    },
    refused: error => {
      state = 'over';
      clearTimeout(timer);
      return blame(error);
    },
    get asking() {
      return state === 'borrowing';
    },
  };
};

/** What goes in a line of its own can never be more than one line: the rest would run as commands. */
const oneLine = (secret: string): string => `${secret.replace(/[\r\n\0][^]*$/, '')}\n`;
