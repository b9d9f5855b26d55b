import {spawn, type ChildProcess} from 'node:child_process';
import {watch} from 'node:fs';
import {readdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {reasonOf} from './abort.ts';
import {startAskServer} from './ask-server.ts';
import {commandArgs, masterArgs, type SystemWay} from './system-args.ts';
import {closedEarly} from './errors.ts';
import type {Carrier, StartCommand} from './command.ts';
import {NoMoreChannels} from './channel.ts';
import {endWithConsole} from './keeper.ts';
import type {SystemPrompts} from './system-prompts.ts';
import {shownKey, usedKeys, type UsedKeys} from './system-log.ts';
import type {Target} from './target.ts';

/** An ssh of the system that holds one connection open. */
export type Master = Omit<Carrier, 'by'> & {
  /** Its control socket. */
  socket: string;
  keys: UsedKeys;
};

/** The ssh that ended without a connection, with what it said. */
export class MasterFailed extends Error {
  override readonly name = 'MasterFailed';
  readonly log: string;
  readonly said: string;
  constructor(log: string, said: string) {
    super('ssh gave no connection');
    this.log = log;
    this.said = said;
  }
}

const saidLimit = 16 * 1024;

/** Starts ssh and waits for its control socket. Throws MasterFailed, or the reason of the signal. */
export const startMaster = async (
  target: Target,
  way: SystemWay,
  askProgram: string,
  prompts: SystemPrompts,
  signal: AbortSignal,
): Promise<Master> => {
  signal.throwIfAborted();
  const askSocket = join(way.folder, 'ask');
  const running: {child?: ChildProcess} = {};
  const server = await startAskServer(askSocket, async (prompt, over) => {
    const given = await prompts.answer(prompt, over);
    // Told that nobody answers, ssh would send an empty password.
    if (prompts.fault !== undefined || prompts.late) running.child?.kill('SIGKILL');
    return given;
  });
  const child = spawn('ssh', masterArgs(target, way), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Away from the console's terminal: ssh cannot draw over it, and Ctrl-C there does not end it.
    detached: true,
    env: {
      ...process.env,
      LC_ALL: 'C',
      DISPLAY: process.env['DISPLAY'] ?? ':patchdeck',
      SSH_ASKPASS: askProgram,
      SSH_ASKPASS_REQUIRE: 'force',
      PATCHDECK_ASK: askSocket,
      ...(target.agentSocket === undefined ? {} : {SSH_AUTH_SOCK: target.agentSocket}),
    },
  });
  running.child = child;
  const end = (): void => void child.kill();
  endWithConsole(child, way.folder);
  const gone = whenGone(child);
  void gone.then(() => server.close());
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-saidLimit);
  });
  try {
    const socket = await controlSocket(way.folder, gone, signal);
    const log = await readFile(way.logFile, 'utf8');
    if (socket === undefined) throw new MasterFailed(log, said);
    return {
      socket,
      hostKey: shownKey(log)?.fingerprint ?? 'unknown',
      keys: usedKeys(log),
      start: startOver(socket, target),
      byCode: prompts.byCode,
      terminals: true,
      onGone: act => void gone.then(act),
      close: end,
    };
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    server.close();
    void gone.then(() => rm(way.folder, {recursive: true, force: true}));
  }
};

const whenGone = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });

/** The control socket, once ssh has logged in; undefined when it ended before. */
const controlSocket = (
  folder: string,
  gone: Promise<void>,
  signal: AbortSignal,
): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      readdir(folder).then(
        names => {
          // While it is made it has a longer name.
          const found = names.find(name => /^[0-9a-f]{40}$/.test(name));
          if (found !== undefined) settle(() => resolve(join(folder, found)));
        },
        () => undefined,
      );
    };
    const settle = (act: () => void): void => {
      watcher.close();
      clearInterval(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const abort = (): void => settle(() => reject(reasonOf(signal)));
    const watcher = watch(folder, look);
    watcher.on('error', () => undefined);
    // Where the file system tells of no changes.
    const timer = setInterval(look, 250);
    signal.addEventListener('abort', abort, {once: true});
    void gone.then(() => settle(() => resolve(undefined)));
    look();
  });

/** Commands over a control socket, each by an ssh of its own that does nothing but hand its pipes to the master. */
const startOver =
  (socket: string, target: Target): StartCommand =>
  (command, events, terminal) => {
    const child = spawn('ssh', commandArgs(socket, command, terminal), {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: {...process.env, LC_ALL: 'C'},
    });
    let said = '';
    let heard = false;
    child.once('error', error => events.failed(error));
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      heard = true;
      events.output(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2048);
      events.errors(chunk);
    });
    child.once('close', code => {
      if (code === 255 && !heard && /Session open refused|session request failed/i.test(said)) {
        events.failed(new NoMoreChannels('Session open refused by peer'));
      } else if (code === 255 && !heard && /Control socket|mux_client|kex_exchange/i.test(said)) {
        events.failed(closedEarly(target, 'the start of a command'));
      } else {
        // ssh ends with 255 as well when the link is lost or a signal ended the command: that is unknown.
        events.ended(code === null || code === 255 ? undefined : {code});
      }
    });
    events.opened({
      write: text => void child.stdin.write(text),
      end: text => void child.stdin.end(text),
      close: () => void child.kill(),
    });
  };
