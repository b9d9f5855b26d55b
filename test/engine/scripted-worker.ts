import {parentPort, workerData} from 'node:worker_threads';
import {z} from 'zod';
import type {FromWorker, ToWorker} from '../../src/engine/protocol.ts';
import {foldAll} from '../../src/record/fold.ts';
import {eventsOf} from '../record/example-events.ts';
import {included, intended, started} from '../store/example-run.ts';

/** An engine's thread that does what the test's name says: `operator` of the settings is that name. */
const scenario = z.object({operator: z.string()}).parse(workerData).operator;
const post = (message: FromWorker): void => parentPort?.postMessage(message);
const status = {questions: [], interrupted: false, busy: true, failed: undefined, notices: ['a notice']};
const events = eventsOf([
  started(),
  included('web1'),
  intended(1, 'web1'),
  {type: 'host.phase', data: {host: 'web1', phase: 'installing', note: ''}},
]);

if (scenario === 'dies at once') throw new Error('no memory');
post({type: 'opened', run: foldAll(events.slice(0, 3)).state, status});
// The first three came with the run already.
post({type: 'batch', events, signals: new Map([['web1', {host: 'web1', line: 'x', at: 1}]]), status});

parentPort?.on('message', (request: ToWorker) => {
  const reply = (value: Extract<FromWorker, {type: 'reply'}>['value']): void =>
    post({type: 'reply', id: request.id, value});
  if (scenario === 'dies when asked') throw new Error('a bug');
  if (scenario === 'cannot close' && request.method === 'close') {
    post({
      type: 'refused',
      id: request.id,
      error: {kind: 'outside', code: 'store.disk-full', message: 'the disk is full', next: 'make room'},
    });
    return;
  }
  if (scenario === 'answers last first') {
    if (request.method === 'log') setTimeout(() => reply(`the log of ${request.host}`), 60 - request.id * 20);
    else reply(undefined);
    return;
  }
  if (scenario === 'talks nonsense' && request.method !== 'close')
    reply(request.method === 'log' ? undefined : 'what?');
  else reply(undefined);
});
