import type {Engine} from '../src/engine/interface.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {exitCodes} from './exit-code.ts';
import type {Output} from './output.ts';

export type Interrupt = {
  /** Nothing new starts any more. */
  readonly asked: boolean;
  /** Hosts at work are left to themselves. */
  readonly leaving: boolean;
  /** Says it to the engine once more: a stage that began meanwhile has not heard it. */
  again(): void;
  dispose(): void;
};

/**
 * Ctrl-C starts nothing new and follows what runs; the hosts never depend on it. A second one, or a terminal that went away, leaves
 * them to themselves; a third ends the program where it is.
 */
export const stopOnInterrupt = (engine: Engine, output: Output, close: () => Promise<void>): Interrupt => {
  let asked = false;
  let leaving = false;
  const again = (): void => {
    // Refused where there is no run, rejected where the engine has ended: then nothing runs that could be stopped.
    engine
      .submit({type: 'stop', how: 'after-hosts', reason: 'interrupted at the terminal'})
      .catch(() => undefined);
  };
  const leave = (): void => {
    asked = true;
    leaving = true;
    output.say('leaving; hosts at work finish by themselves, the same command goes on with them');
    close().catch(() => undefined);
  };
  const stop = (): void => {
    if (leaving) process.exit(exitCodes.interrupted);
    if (asked) {
      leave();
      return;
    }
    asked = true;
    output.say('stopping: nothing new starts, hosts at work are followed to their end (again to leave them)');
    again();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', leave);
  return {
    get asked() {
      return asked;
    },
    get leaving() {
      return leaving;
    },
    again,
    dispose: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.off('SIGHUP', leave);
    },
  };
};

/** What a command that was interrupted ends with where it would have gone on. */
export const interrupted = ({leaving}: Interrupt): PatchdeckError =>
  new PatchdeckError(
    'gate',
    'interrupted',
    leaving
      ? 'left as asked: hosts at work finish by themselves, nothing new was started'
      : 'stopped as asked: what was at work was followed to its end, nothing new was started',
    'the same command goes on where it was',
  );
