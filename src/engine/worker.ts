import {parentPort, workerData} from 'node:worker_threads';
import {PatchdeckError} from '../model/error.ts';
import type {Engine} from './interface.ts';
import {openEngine} from './open-engine.ts';
import type {EngineStatus, FromWorker, Request, SentError, ToWorker} from './protocol.ts';
import type {EngineSettings} from './settings.ts';

/**
 * The engine's own thread: a terminal that nobody reads stops everything on its thread, and must not stop the run. Settings come
 * from connectEngine in this program, so their type is trusted.
 */
const serve = async (settings: EngineSettings): Promise<void> => {
  const port = parentPort;
  if (port === null) throw new Error('the engine worker was started as a program of its own');
  const post = (message: FromWorker): void => port.postMessage(message);
  const engine = await openEngine(settings).catch((error: unknown) => {
    post({type: 'refused', id: 0, error: sent(error)});
    return undefined;
  });
  if (engine === undefined) return;
  engine.subscribe(change => {
    const {signals} = engine.state();
    post({
      type: 'batch',
      events: change.events,
      signals: change.signals || change.hosts.length > 0 || change.run ? signals : undefined,
      status: statusOf(engine),
    });
  });
  port.on('message', (request: ToWorker) => {
    void answer(engine, request).then(
      value => {
        post({type: 'reply', id: request.id, value});
        if (request.method === 'close') port.close();
      },
      (error: unknown) => post({type: 'refused', id: request.id, error: sent(error)}),
    );
  });
  post({type: 'opened', run: engine.state().run, status: statusOf(engine)});
};

const answer = (engine: Engine, request: Request): Promise<Extract<FromWorker, {type: 'reply'}>['value']> => {
  switch (request.method) {
    case 'submit':
      return engine.submit(request.command);
    case 'read':
      return engine.read(request.digest);
    case 'holes':
      return engine.holes(request.question);
    case 'software':
      return engine.software(request.words);
    case 'log':
      return engine.log(request.host);
    case 'idle':
      return engine.idle().then(() => undefined);
    case 'close':
      return engine.close().then(() => undefined);
  }
};

const statusOf = (engine: Engine): EngineStatus => {
  const {questions, interrupted, busy, failed, notices} = engine.state();
  return {questions, interrupted, busy, failed, notices};
};

const sent = (error: unknown): SentError =>
  error instanceof PatchdeckError
    ? {kind: error.kind, code: error.code, message: error.message, next: error.next}
    : {kind: 'bug', code: 'engine.unexpected', message: String(error), next: ''};

await serve(workerData as EngineSettings);
