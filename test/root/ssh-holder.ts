import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {createTransport, type SshSettings} from '../../src/ssh/transport.ts';
import type {Host} from '../../src/model/host.ts';

/**
 * A console in small, as a program of its own: it opens a session in a worker thread, says `open`, and goes as it is told on stdin: `close` ends the
 * transport, `terminate` the thread, `exit` the process.
 */
const openInWorker = async (): Promise<void> => {
  const {settings, host} = workerData as {settings: SshSettings; host: Host};
  const transport = createTransport(settings);
  await transport.open(host, () => Promise.resolve(null), new AbortController().signal);
  parentPort?.on('message', () => void transport.close().then(() => parentPort?.postMessage('closed')));
  parentPort?.postMessage('open');
};

const hold = (): void => {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: JSON.parse(process.argv[2] ?? '') as unknown,
  });
  worker.on('message', said => console.log(said));
  process.stdin.on('data', told => {
    const way = told.toString().trim();
    if (way === 'exit') process.exit(0);
    else if (way === 'terminate') void worker.terminate();
    else worker.postMessage(way);
  });
};

if (isMainThread) hold();
else await openInWorker();
