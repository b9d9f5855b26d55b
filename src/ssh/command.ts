import type {Reach} from '../model/reach.ts';
import type {Exit} from '../model/script.ts';

/** A command that runs: its input, and the way to end it. */
export type RunningCommand = {
  write(text: string): void;
  /** Writes and closes the input. */
  end(text: string): void;
  close(): void;
};

/** What comes of a command, told at once and in this order: opened, then output and errors as they come, then ended; or failed, at any time. */
export type CommandEvents = {
  opened(command: RunningCommand): void;
  output(chunk: Buffer): void;
  errors(chunk: Buffer): void;
  /** `undefined`: nobody knows how it ended. */
  ended(exit: Exit | undefined): void;
  /** NoMoreChannels, `ssh.closed`, `ssh.shell`. */
  failed(error: Error): void;
};

/** Starts one command line on a host, by whatever carries it there; on a terminal, all that it says comes as output. */
export type StartCommand = (command: string, events: CommandEvents, terminal: boolean) => void;

/** An open way to run commands on one host; what a session stands on. */
export type Carrier = {
  /** What carries it, and why that. */
  by: Pick<Reach, 'transport' | 'because'>;
  /** `SHA256:...` of the host key; `local` where there is no link. */
  hostKey: string;
  start: StartCommand;
  /** A person gave a code that serves once: opened again it costs another. */
  byCode: boolean;
  /** It can start a command on a terminal. */
  terminals: boolean;
  /** Calls once when the way is gone, also when it already is. */
  onGone(gone: () => void): void;
  close(): void;
};
