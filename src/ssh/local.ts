import {spawn} from 'node:child_process';
import type {Carrier, StartCommand} from './command.ts';

/** The machine itself: each command by a shell of its own, no link that could be lost. */
export const openLocal = (): Carrier => {
  const gone: (() => void)[] = [];
  return {
    by: {transport: 'local', because: 'the inventory says so'},
    hostKey: 'local',
    start: startHere,
    byCode: false,
    terminals: false,
    onGone: act => void gone.push(act),
    close: () => {
      for (const act of gone.splice(0)) act();
    },
  };
};

const startHere: StartCommand = (command, events) => {
  const child = spawn('/bin/sh', ['-c', command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Without a terminal, so that sudo takes its password from us alone.
    detached: true,
    cwd: '/',
  });
  child.once('error', error => events.failed(error));
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => events.output(chunk));
  child.stderr.on('data', (chunk: Buffer) => events.errors(chunk));
  child.once('close', (code, signal) => events.ended(code === null ? {signal: signal ?? 'unknown'} : {code}));
  events.opened({
    write: text => void child.stdin.write(text),
    end: text => void child.stdin.end(text),
    close: () => {
      if (child.exitCode === null && child.pid !== undefined) endGroup(child.pid);
    },
  });
};

/** The shell and its children; those of root stay, as a lost link would leave them. */
const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGHUP');
  } catch {
    // Ended by itself meanwhile.
  }
};
