import type {CommandEvents, RunningCommand} from './command.ts';
import {doneMark, withDoneMark} from './script-marks.ts';

/** Where the scripts that need root get their shell on one connection. */
export type RootShell = {
  /** As a command is started whose first word is READY: by a new one, or by the one that is kept. */
  start(nonce: string, events: CommandEvents): void;
  /** Ends the one that is kept. True: there was one, and it ran nothing. */
  release(): boolean;
};

/**
 * Each script has a shell of its own, unless that cost a person a one-time code: then the shell is kept, and serves the scripts that follow one after
 * the other. `open` starts a new one; `isKept` is asked when a script is about to be sent to it.
 */
export const createRootShell = (
  open: (nonce: string, events: CommandEvents) => void,
  isKept: () => boolean,
): RootShell => {
  let idle: Shell | undefined;

  const give = (shell: Shell, channel: RunningCommand, nonce: string, events: CommandEvents): void => {
    const turn: Turn = {events, awaited: undefined};
    shell.turn = turn;
    events.opened({
      write: text => channel.write(text),
      end: text => {
        if (!isKept()) {
          channel.end(text);
          return;
        }
        turn.awaited = {output: watchFor(doneMark(nonce)), errors: watchFor(doneMark(nonce))};
        channel.write(withDoneMark(text, nonce));
      },
      // A turn that went to its end leaves the shell for the next one; any other leaves nobody knows what.
      close: () => {
        if (shell.turn === turn) channel.close();
      },
    });
  };

  const heard = (shell: Shell, stream: 'output' | 'errors', chunk: Buffer): void => {
    const {turn} = shell;
    if (turn === undefined) return;
    turn.events[stream](chunk);
    if (turn.awaited === undefined || shell.turn !== turn) return;
    turn.awaited[stream].push(chunk);
    if (!turn.awaited.output.found || !turn.awaited.errors.found) return;
    shell.turn = undefined;
    idle = shell;
    turn.events.ended({code: 0});
  };

  const begin = (nonce: string, events: CommandEvents): void => {
    const shell: Shell = {channel: undefined, turn: undefined};
    open(nonce, {
      opened: channel => {
        shell.channel = channel;
        give(shell, channel, nonce, events);
      },
      output: chunk => heard(shell, 'output', chunk),
      errors: chunk => heard(shell, 'errors', chunk),
      ended: exit => {
        if (idle === shell) idle = undefined;
        const {turn} = shell;
        shell.turn = undefined;
        turn?.events.ended(exit);
      },
      failed: error => events.failed(error),
    });
  };

  return {
    start: (nonce, events) => {
      const shell = idle;
      idle = undefined;
      if (shell?.channel === undefined) {
        begin(nonce, events);
        return;
      }
      give(shell, shell.channel, nonce, events);
      shell.channel.write(`echo READY-${nonce}\n`);
    },
    release: () => {
      const shell = idle;
      idle = undefined;
      shell?.channel?.close();
      return shell !== undefined;
    },
  };
};

type Shell = {channel: RunningCommand | undefined; turn: Turn | undefined};
/** `awaited`: what says on both outputs that all of the script was heard, once it is sent. */
type Turn = {events: CommandEvents; awaited: Record<'output' | 'errors', Watch> | undefined};
type Watch = {push(chunk: Buffer): void; readonly found: boolean};

const watchFor = (mark: string): Watch => {
  let tail = '';
  let found = false;
  return {
    push: chunk => {
      const text = tail + chunk.toString('latin1');
      found ||= text.includes(mark);
      tail = text.slice(-mark.length);
    },
    get found() {
      return found;
    },
  };
};
