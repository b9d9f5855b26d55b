import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {hasCode} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Asker} from '../model/question.ts';
import type {Reach} from '../model/reach.ts';
import type {Script} from '../model/script.ts';
import {askSecret} from './ask-secret.ts';
import {chooseBecome, hungUp, shellCommand, type Become} from './become.ts';
import {noChannel, NoMoreChannels} from './channel.ts';
import type {Carrier, CommandEvents} from './command.ts';
import {createGate} from './gate.ts';
import {createRootShell} from './root-shell.ts';
import type {Secrets} from './secrets.ts';
import type {Deadlines, RunOptions, ScriptAnswer, Session} from './session.ts';
import {runInShell, type ShellResult} from './shell.ts';

export type SessionContext = {
  host: Host;
  /** Who we are there. */
  user: string;
  carrier: Carrier;
  /** Where the host was found, and over which others. */
  where: Pick<Reach, 'at' | 'jumps'>;
  secrets: Secrets;
  ask: Asker;
  deadlines: Deadlines;
  channels: number;
};

const defaultMaxBytes = 32 * 1024 * 1024;
/** After sudo hung up on a person who was asked, the answer is there: one more try is enough. */
const tries = 2;
/** sshd gives a place back somewhat after it said that the command before had ended. */
const roomMs = 3000;
const roomRetryMs = 50;

/** A session on an open way. */
export const openSession = (context: SessionContext): Session => {
  const {host, user, carrier, where, secrets, ask, deadlines} = context;
  const gate = createGate(context.channels);
  let open = true;
  /** sudo or doas there want a terminal: found out once. */
  let terminal = false;
  /** Root cost a person a one-time code: its shell is kept, so that it costs one a session. */
  let rootByCode = false;
  /** Until the first script has root, nobody knows whether it costs a code: the others wait. */
  const rootGate = createGate(1);
  carrier.onGone(() => {
    open = false;
  });
  const begin = (become: Become, onTerminal: boolean, nonce: string, events: CommandEvents): void =>
    carrier.start(shellCommand(become, nonce, onTerminal), events, onTerminal);
  const rootShell = createRootShell(
    (nonce, events) => begin(host.become === 'doas' ? 'doas' : 'sudo', false, nonce, events),
    () => {
      if (!rootByCode) rootGate.limit(context.channels);
      return rootByCode;
    },
  );

  const once = (script: Script, options: RunOptions, signal: AbortSignal): Promise<ShellResult> => {
    const become = chooseBecome(host, user, script.root);
    const onTerminal = terminal && become !== 'plain';
    // There is none that could be kept.
    if (onTerminal) rootGate.limit(context.channels);
    return runInShell({
      start:
        become === 'plain' || onTerminal
          ? (nonce, events) => begin(become, onTerminal, nonce, events)
          : (nonce, events) => rootShell.start(nonce, events),
      host,
      become,
      terminal: onTerminal,
      script,
      nonce: randomBytes(16).toString('hex'),
      firstByteMs: deadlines.firstByteMs,
      deadlineMs: options.deadlineMs ?? deadlines.scriptMs,
      maxBytes: options.maxBytes ?? defaultMaxBytes,
      signal,
      borrow: (prompt, isWanted) =>
        secrets.borrow(
          `become-password ${become} ${user}`,
          host.name,
          async () =>
            isWanted() ? askSecret(ask, host, 'become-password', `${prompt} of ${user}`, signal) : undefined,
          signal,
        ),
      askCode: (prompt, over) => {
        rootByCode = true;
        return askSecret(ask, host, 'one-time-code', prompt, over);
      },
    });
  };

  const inTurn = async (script: Script, options: RunOptions, signal: AbortSignal): Promise<ShellResult> => {
    let until: number | undefined;
    for (;;) {
      const leave = await gate.enter(signal);
      try {
        return await once(script, options, signal);
      } catch (error) {
        if (!(error instanceof NoMoreChannels)) throw error;
        // The shell that is kept takes a place as well: better another code than no answer.
        if (rootShell.release()) continue;
        // The host allows fewer than we do: go on with as many as there are, and wait for one to end.
        if (gate.inside > 1) {
          gate.limit(gate.inside - 1);
          continue;
        }
        // Alone: what was waited before, in line for others of ours, is not the host's time.
        until ??= performance.now() + roomMs;
        if (performance.now() > until) throw noChannel(host, error);
        await delay(roomRetryMs, undefined, {signal});
      } finally {
        leave();
      }
    }
  };

  const asRootInTurn = async (
    script: Script,
    options: RunOptions,
    signal: AbortSignal,
  ): Promise<ShellResult> => {
    if (chooseBecome(host, user, script.root) === 'plain') return inTurn(script, options, signal);
    const leave = await rootGate.enter(signal);
    try {
      return await inTurn(script, options, signal);
    } finally {
      leave();
    }
  };

  return {
    host,
    hostKey: carrier.hostKey,
    get byCode() {
      return carrier.byCode || rootByCode;
    },
    reach: {...carrier.by, ...where},
    get open() {
      return open;
    },
    run: async (script, options = {}): Promise<ScriptAnswer> => {
      const signal = options.signal ?? new AbortController().signal;
      let hungUpon = 0;
      for (;;) {
        const before = terminal;
        const result = await asRootInTurn(script, options, signal).catch((error: unknown) => {
          if (before || !carrier.terminals || !hasCode(error, 'become.needs-tty')) throw error;
          terminal = true;
          return 'again' as const;
        });
        if (result === 'again') continue;
        if (result !== 'hung-up') return result;
        hungUpon += 1;
        if (hungUpon >= tries) throw hungUp(host);
      }
    },
    close: () => {
      open = false;
      rootShell.release();
      carrier.close();
    },
  };
};
