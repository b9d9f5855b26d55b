import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {hasCode} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Asker} from '../model/question.ts';
import type {Reach} from '../model/reach.ts';
import type {Script} from '../model/script.ts';
import {askSecret} from './ask-secret.ts';
import {chooseBecome, hungUp} from './become.ts';
import {noChannel, NoMoreChannels} from './channel.ts';
import type {Carrier} from './command.ts';
import {createGate} from './gate.ts';
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
  carrier.onGone(() => {
    open = false;
  });

  const once = (script: Script, options: RunOptions, signal: AbortSignal): Promise<ShellResult> => {
    const become = chooseBecome(host, user, script.root);
    return runInShell({
      start: carrier.start,
      host,
      become,
      terminal: terminal && become !== 'plain',
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
      askCode: (prompt, over) => askSecret(ask, host, 'one-time-code', prompt, over),
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

  return {
    host,
    hostKey: carrier.hostKey,
    byCode: carrier.byCode,
    reach: {...carrier.by, ...where},
    get open() {
      return open;
    },
    run: async (script, options = {}): Promise<ScriptAnswer> => {
      const signal = options.signal ?? new AbortController().signal;
      let hungUpon = 0;
      for (;;) {
        const before = terminal;
        const result = await inTurn(script, options, signal).catch((error: unknown) => {
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
      carrier.close();
    },
  };
};
