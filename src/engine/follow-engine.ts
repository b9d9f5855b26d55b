import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {connect, type Socket} from 'node:net';
import {clean, decode} from '../model/clean.ts';
import {describeError, PatchdeckError} from '../model/error.ts';
import type {Signal} from '../model/job.ts';
import {eventVersion, type Event} from '../record/event.ts';
import {foldAll, type Fold} from '../record/fold.ts';
import {createFiles} from '../store/files.ts';
import {createLogs} from '../store/logs.ts';
import {runDirectory} from '../store/paths.ts';
import {runParts} from '../store/run-journal.ts';
import {holderOf, readRun} from '../store/run-store.ts';
import {maxLineBytes, socketName, toFollowerSchema, type FollowStatus} from './follow-protocol.ts';
import type {Engine, EngineChange} from './interface.ts';
import {jobToShow} from './log-job.ts';
import {readHoles} from './read-holes.ts';
import {readSoftware} from './read-software.ts';

/** How often a console that is gone is looked for, and its journal read, in milliseconds. */
const lookAgainMs = 1000;
const logTailBytes = 65_536;

/**
 * Follows a run that another console of this user holds, and changes nothing: every command is refused. Live over the other console's
 * socket; where that is gone, from the journal, until it is back. Throws as `readRun`.
 */
export const followEngine = async (stateDir: string, run: string): Promise<Engine> => {
  const directory = runDirectory(stateDir, run);
  const parts = runParts(directory);
  const files = createFiles(parts.files);
  const logs = createLogs(parts.logs, files);
  const listeners = new Set<(change: EngineChange) => void>();
  let signals: ReadonlyMap<string, Signal> = new Map();
  let status: FollowStatus = {interrupted: false, busy: false, failed: null, notices: [], asked: []};
  const fold: Fold = foldAll((await readRun(stateDir, run)).events);
  let heldBy = await holderOf(stateDir, run);
  let live = false;
  let closed = false;
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;

  const publish = (change: Partial<EngineChange>): void => {
    const whole = {
      run: false,
      hosts: [],
      signals: true,
      questions: false,
      engine: true,
      events: [],
      ...change,
    };
    for (const listener of [...listeners]) listener(whole);
  };
  const take = (events: readonly Event[]): void => {
    const fresh = events.filter(event => event.seq > fold.state.run.seq);
    const hosts = new Set<string>();
    let changedRun = false;
    for (const event of fresh) {
      const changed = fold.apply(event);
      changedRun ||= changed.run;
      for (const host of changed.hosts) hosts.add(host);
    }
    publish({run: changedRun, hosts: [...hosts], events: fresh});
  };
  /** What came while nobody told it. */
  const catchUp = async (): Promise<void> => {
    take((await readRun(stateDir, run)).events);
  };
  const hear = async (line: string): Promise<void> => {
    const message = toFollowerSchema.parse(JSON.parse(line));
    if (message.type === 'answer') return;
    status = message.status;
    if (message.type === 'hello') {
      if (message.v !== eventVersion) throw new Error('the other console is of another version');
      heldBy = await holderOf(stateDir, run);
      live = true;
      await catchUp();
      return;
    }
    if (message.signals !== null) signals = new Map(message.signals.map(signal => [signal.host, signal]));
    const first = message.events[0];
    if (first !== undefined && first.seq > fold.state.run.seq + 1) await catchUp();
    take(message.events);
  };
  const lookAgain = (): void => {
    if (closed) return;
    timer = setTimeout(() => {
      void catchUp()
        .catch((error: unknown) => {
          status = {...status, notices: [describeError(error)]};
        })
        .then(join);
    }, lookAgainMs);
  };
  const join = async (): Promise<void> => {
    if (closed) return;
    const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY).catch(() => undefined);
    if (handle === undefined) {
      lookAgain();
      return;
    }
    let rest = '';
    let turn: Promise<void> = Promise.resolve();
    const mine = connect(`/proc/self/fd/${handle.fd}/${socketName}`);
    socket = mine;
    mine.setEncoding('utf8');
    mine.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineBytes) mine.destroy();
      for (const line of lines) turn = turn.then(() => hear(line)).catch(() => void mine.destroy());
    });
    mine.on('error', () => undefined);
    mine.once('close', () => {
      void handle.close();
      live = false;
      signals = new Map();
      publish({});
      lookAgain();
    });
  };
  await join();

  return {
    state: () => ({
      run: fold.state,
      signals,
      questions: [],
      interrupted: status.interrupted,
      busy: live && status.busy,
      failed: status.failed ?? undefined,
      holder: live ? 'answers' : 'gone',
      notices: [
        live
          ? `this console follows: the run is held by ${heldBy}`
          : `${heldBy} is gone or does not answer: the run can be taken over here (O)`,
        ...status.asked.map(title => `asked there: ${title}`),
        ...status.notices,
      ],
    }),
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    submit: () =>
      Promise.resolve({
        code: 'run.read-only',
        what: `this console follows the run that ${heldBy} holds; nothing was done`,
        next: 'decide there, or take the run over when it is gone (O)',
      }),
    read: digest => files.read(digest),
    holes: question => readHoles(fold.state, digest => files.read(digest), question),
    software: words => readSoftware(fold.state, digest => files.read(digest), words),
    log: async host => {
      const record = fold.state.hosts.get(host);
      const job = record === undefined ? undefined : jobToShow(record);
      if (job === undefined) return '';
      const raw = await logs.tail(job.id, logTailBytes);
      const bytes = raw ?? (job.log === undefined ? undefined : await files.read(job.log).catch(missing));
      return bytes === undefined ? '' : clean(decode(bytes.slice(-logTailBytes)));
    },
    idle: () => Promise.resolve(),
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.destroy();
      return Promise.resolve();
    },
  };
};

/** Files are written before the events that name them; one that is not readable shows nothing here. */
const missing = (error: unknown): undefined => {
  if (!(error instanceof PatchdeckError)) throw error;
};
