import {Worker} from 'node:worker_threads';
import {demoMessageSchema, type DemoData} from './messages.ts';

type DemoOptions = {
  /** The bundled worker.ts; in tests, the file itself. */
  workerUrl: URL;
  /** Made when it is not there; gets the key, known_hosts, inventory.yaml and kev.json, mode 0600. */
  directory: string;
  /** What divides every duration: 1 is credible for a person. */
  speed: number;
  /** The same fleet for the same seed, but for keys and ports. */
  seed?: number;
};

export type Demo = {
  inventoryText: string;
  knownHostsFile: string;
  identityFile: string;
  /** Path of a small catalogue of exploited vulnerabilities that fits the fleet. */
  kev: string;
  /** Ends the hosts and their thread. The directory stays. */
  close(): Promise<void>;
};

/** How long the thread may take to close its sockets, ms. */
const closeMs = 2000;

/** Starts the demo fleet in a thread of its own. Throws an Error when its hosts cannot listen or its files cannot be written. */
export const startDemo = async ({workerUrl, directory, speed, seed = 1}: DemoOptions): Promise<Demo> => {
  const worker = new Worker(workerUrl, {workerData: {directory, speed, seed} satisfies DemoData});
  try {
    const {inventoryText, knownHostsFile, identityFile, kev} = await readyMessage(worker);
    return {inventoryText, knownHostsFile, identityFile, kev, close: () => closeWorker(worker)};
  } catch (error) {
    await worker.terminate();
    throw error;
  }
};

const readyMessage = async (worker: Worker) =>
  new Promise<Extract<ReturnType<typeof demoMessageSchema.parse>, {type: 'ready'}>>((resolve, reject) => {
    worker.on('error', reject);
    worker.once('exit', code => reject(new Error(`the demo fleet ended with ${code} before it began`)));
    worker.once('message', (raw: unknown) => {
      const message = demoMessageSchema.parse(raw);
      if (message.type === 'ready') resolve(message);
      else reject(new Error(`the demo fleet did not start: ${message.reason}`));
    });
  });

const closeWorker = async (worker: Worker): Promise<void> => {
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()));
  worker.postMessage('close');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, closeMs);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
  // A thread in the middle of its cryptography can take its time to be ended; nothing waits for that.
  worker.unref();
  void worker.terminate();
};
