import type {Host} from '../model/host.ts';
import type {Exit, Script} from '../model/script.ts';
import {reasonOf} from './abort.ts';
import {becomeFault, type Become} from './become.ts';
import {createPromptAnswerer, type PromptAnswerer} from './become-prompt.ts';
import type {CommandEvents, RunningCommand} from './command.ts';
import {ownStderr, untangle, wrap, wrapForTerminal} from './script-marks.ts';
import {createScriptOutput} from './script-output.ts';
import type {Lease} from './secrets.ts';
import {describeExit, lostBefore, noShell, tooLate, tooMuch} from './shell-errors.ts';
import type {ScriptAnswer} from './session.ts';
import {startStopwatch, type Stopwatch} from './stopwatch.ts';

export type ShellContext = {
  /** Starts the command that gives the shell, whose first word is READY. */
  start(nonce: string, events: CommandEvents): void;
  host: Host;
  become: Become;
  /** On a terminal, where sudo or doas want one. */
  terminal: boolean;
  script: Script;
  /** Unguessable and new for each run. */
  nonce: string;
  firstByteMs: number;
  deadlineMs: number;
  maxBytes: number;
  signal: AbortSignal;
  borrow(prompt: string, isWanted: () => boolean): Promise<Lease | 'refused' | undefined>;
  /** `over` aborts when the answer is not wanted any more. */
  askCode(prompt: string, over: AbortSignal): Promise<string | undefined>;
};

/** `hung-up`: sudo did not wait for the person who was asked; nothing ran, and the answer is kept for another try. */
export type ShellResult = ScriptAnswer | 'hung-up';

const stderrLimit = 64 * 1024;
/** How long sshd may take to close the channel once the script has ended; a child in the background may hold it open. */
const closeGraceMs = 1000;
const quietMs = 1500;

/**
 * Runs one script in a shell of its own, by the nonce protocol: a constant command, READY from the host, then the script over stdin between
 * BEGIN and END. Nothing is sent before READY but a password that was asked for. Throws as Session.run says.
 */
export const runInShell = async (context: ShellContext): Promise<ShellResult> => {
  const {host, become, nonce, signal, terminal} = context;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const output = createScriptOutput(nonce);
    let stderr: Buffer = Buffer.alloc(0);
    let exit: Exit | undefined;
    let channel: RunningCommand | undefined;
    let settled = false;
    let grace: NodeJS.Timeout | undefined;
    const over = new AbortController();

    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      stopwatch.stop();
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      prompts.ended();
      over.abort(new Error('the shell is gone'));
      channel?.close();
      act();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const abort = (): void => fail(reasonOf(signal));
    const answer = (end: Exit): void =>
      settle(() =>
        resolve(
          terminal
            ? {exit: end, ...untangle(output.bytes(), nonce)}
            : {exit: end, stdout: output.bytes(), stderr: ownStderr(stderr, nonce)},
        ),
      );

    let stopwatch: Stopwatch = startStopwatch(context.firstByteMs, () =>
      fail(noShell(host, `gave no shell within ${context.firstByteMs / 1000} s`, output.noise(), stderr)),
    );
    const prompts: PromptAnswerer = createPromptAnswerer({
      ...context,
      quietMs,
      borrow: (prompt, isWanted) => stopwatch.paused(() => context.borrow(prompt, isWanted)),
      askCode: prompt => stopwatch.paused(() => context.askCode(prompt, over.signal)),
      send: text => channel?.write(text),
      fail,
    });

    const begin = (): void => {
      prompts.passed();
      stopwatch.stop();
      stopwatch = startStopwatch(context.deadlineMs, () =>
        fail(tooLate(host, context.script, context.deadlineMs)),
      );
      stderr = Buffer.alloc(0);
      channel?.end((terminal ? wrapForTerminal : wrap)(context.script.text, nonce));
    };
    const onData = (chunk: Buffer): void => {
      const before = output.stage;
      output.push(chunk);
      if (terminal && output.stage === 'noise') onStderr(chunk);
      if (before === 'noise' && output.stage !== 'noise') begin();
      if (output.size > context.maxBytes) fail(tooMuch(host, context.script, context.maxBytes));
      else if (output.stage === 'ended')
        grace ??= setTimeout(() => answer({code: output.code ?? 0}), closeGraceMs);
    };
    const onStderr = (chunk: Buffer): void => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-stderrLimit);
      if (output.stage === 'noise') prompts.saw(stderr.toString('utf8'));
    };
    const onClose = (): void => {
      if (output.stage === 'ended') {
        answer({code: output.code ?? 0});
        return;
      }
      if (output.stage !== 'noise') {
        answer(exit ?? 'lost');
        return;
      }
      if (prompts.asking && exit !== undefined) {
        settle(() => resolve('hung-up'));
        return;
      }
      const known = becomeFault(host, become, stderr.toString('utf8'));
      if (known !== undefined) {
        fail(known.code === 'become.wrong-password' ? prompts.refused(known) : known);
        return;
      }
      if (exit === undefined) {
        fail(lostBefore(host, context.script));
        return;
      }
      fail(
        noShell(host, `ended with ${describeExit(exit)} instead of giving a shell`, output.noise(), stderr),
      );
    };

    signal.addEventListener('abort', abort, {once: true});
    context.start(nonce, {
      opened: running => {
        channel = running;
        if (settled) running.close();
      },
      output: onData,
      errors: onStderr,
      ended: end => {
        exit = end;
        onClose();
      },
      failed: fail,
    });
  });
};
