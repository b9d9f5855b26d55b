import {Worker} from 'node:worker_threads';
import {PatchdeckError} from '../model/error.ts';
import type {Signal} from '../model/job.ts';
import {Fold} from '../record/fold.ts';
import type {Engine, EngineChange, EngineState} from './interface.ts';
import type {EngineStatus, FromWorker, Request, SentError} from './protocol.ts';
import type {EngineSettings} from './settings.ts';

type Reply = Extract<FromWorker, {type: 'reply'}>['value'];

/**
 * Opens an engine in a worker thread and speaks for it here. The run is sent once; after that only events come, and are folded here
 * by the same fold. Throws what opening the engine throws (`run.held`, `store.*`).
 */
export const connectEngine = async (settings: EngineSettings, workerUrl: URL): Promise<Engine> => {
  const worker = new Worker(workerUrl, {workerData: settings});
  const waiting = new Map<number, {resolve: (value: Reply) => void; reject: (error: Error) => void}>();
  const listeners = new Set<(change: EngineChange) => void>();
  let fold = new Fold();
  let signals: ReadonlyMap<string, Signal> = new Map();
  let status: EngineStatus = {questions: [], interrupted: false, busy: false, failed: undefined, notices: []};
  let lastId = 0;
  let ended = false;

  const publish = (change: EngineChange): void => {
    for (const listener of [...listeners]) listener(change);
  };
  const take = ({events, ...batch}: Extract<FromWorker, {type: 'batch'}>): void => {
    const hosts = new Set<string>();
    let run = false;
    for (const event of events) {
      // Came with the run already: it happened between its opening and the first batch.
      if (fold.started && event.seq <= fold.state.run.seq) continue;
      const changed = fold.apply(event);
      run ||= changed.run;
      for (const host of changed.hosts) hosts.add(host);
    }
    signals = batch.signals ?? signals;
    status = batch.status;
    publish({
      run,
      hosts: [...hosts],
      signals: batch.signals !== undefined,
      questions: true,
      engine: true,
      events,
    });
  };
  const fail = (error: Error): void => {
    for (const {reject} of waiting.values()) reject(error);
    waiting.clear();
    if (ended) return;
    ended = true;
    const said = `the engine stopped: ${error.message}; hosts at work finish by themselves, open patchdeck again`;
    status = {...status, busy: false, failed: said};
    publish({run: false, hosts: [], signals: false, questions: false, engine: true, events: []});
  };

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      switch (message.type) {
        case 'opened':
          fold = new Fold(message.run);
          status = message.status;
          resolve();
          break;
        case 'batch':
          take(message);
          break;
        case 'reply':
          waiting.get(message.id)?.resolve(message.value);
          waiting.delete(message.id);
          break;
        case 'refused':
          if (message.id === 0) reject(received(message.error));
          waiting.get(message.id)?.reject(received(message.error));
          waiting.delete(message.id);
          break;
      }
    });
    worker.on('error', (error: Error) => {
      reject(error);
      fail(error);
    });
    worker.on('exit', () => fail(new Error('its thread ended')));
  });

  const call = (request: Request): Promise<Reply> => {
    if (ended) return Promise.reject(new Error(status.failed ?? 'the engine is closed'));
    const id = ++lastId;
    const answered = new Promise<Reply>((resolve, reject) => waiting.set(id, {resolve, reject}));
    worker.postMessage({...request, id});
    return answered;
  };
  return {
    state: (): EngineState => ({run: fold.started ? fold.state : undefined, signals, ...status}),
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    submit: async command => {
      const answer = await call({method: 'submit', command});
      if (answer === 'ok' || (typeof answer === 'object' && 'code' in answer)) return answer;
      throw new Error('the engine answered a command with something else');
    },
    read: async digest => {
      const bytes = await call({method: 'read', digest});
      if (bytes instanceof Uint8Array) return bytes;
      throw new Error('the engine answered a read with something else');
    },
    holes: async question => {
      const answer = await call({method: 'holes', question});
      if (typeof answer === 'object' && 'holes' in answer) return answer;
      throw new Error('the engine answered a question with something else');
    },
    software: async words => {
      const answer = await call({method: 'software', words});
      if (typeof answer === 'object' && 'software' in answer) return answer;
      throw new Error('the engine answered a question with something else');
    },
    log: async host => {
      const text = await call({method: 'log', host});
      if (typeof text === 'string') return text;
      throw new Error('the engine answered with something else than a log');
    },
    idle: async () => {
      await call({method: 'idle'});
    },
    close: async () => {
      if (ended) return;
      try {
        await call({method: 'close'});
      } finally {
        ended = true;
        await worker.terminate();
      }
    },
  };
};

const received = (error: SentError): Error =>
  error.kind === 'bug'
    ? new Error(error.message)
    : new PatchdeckError(error.kind, error.code, error.message, error.next);
