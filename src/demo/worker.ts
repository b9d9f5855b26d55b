import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parentPort, workerData} from 'node:worker_threads';
import {startFleet} from './fleet-server.ts';
import {demoDataSchema, type DemoMessage} from './messages.ts';
import {kevCatalogue} from './world/kev.ts';

/** The demo's thread: all its hosts, so that their cryptography does not hold up the console. */
const run = async (): Promise<void> => {
  const {directory, speed, seed} = demoDataSchema.parse(workerData);
  const fleet = await startFleet({speed, seed, now: () => Date.now()});
  await mkdir(directory, {recursive: true, mode: 0o700});
  const keep = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text, {mode: 0o600});
    // The mode of a file that was there already is not changed by writing.
    await chmod(path, 0o600);
    return path;
  };
  await keep('inventory.yaml', fleet.inventoryText);
  say({
    type: 'ready',
    inventoryText: fleet.inventoryText,
    knownHostsFile: await keep('known_hosts', fleet.knownHosts),
    identityFile: await keep('id_ed25519', fleet.identity.privateKey),
    kev: await keep('kev.json', JSON.stringify(kevCatalogue(Date.now()), undefined, 2)),
  });
  // Whatever is said to it means one thing.
  parentPort?.once('message', () => {
    void fleet.close().then(() => process.exit(0));
  });
};

const say = (message: DemoMessage): void => parentPort?.postMessage(message);

run().catch((error: unknown) => say({type: 'failed', reason: String(error)}));
