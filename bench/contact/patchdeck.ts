/** What the console does with a host when it asks it something: reads ssh's configuration, connects, logs in, runs a script, closes. */
import {readFileSync} from 'node:fs';
import PQueue from 'p-queue';
import type {Host} from '../../src/model/host.ts';
import {defineScript} from '../../src/model/script.ts';
import {defaultDeadlines} from '../../src/ssh/session.ts';
import {createTransport} from '../../src/ssh/transport.ts';

const [list = '', configFile = '', concurrency = ''] = process.argv.slice(2);
const transport = createTransport({
  configFile,
  identityFiles: [],
  knownHostsFiles: [],
  useAgent: false,
  deadlines: defaultDeadlines,
});
const script = defineScript('bench.contact', {}, 'true', {root: false});
const contact = async (address: string): Promise<void> => {
  const facts = {groups: [], canary: false, wave: 1, oneAtATime: [], tags: [], smoke: []};
  const host: Host = {name: address, address, become: 'none', ...facts};
  const session = await transport.open(host, () => Promise.resolve(null), new AbortController().signal);
  const {exit} = await session.run(script);
  session.close();
  if (typeof exit !== 'object' || !('code' in exit) || exit.code !== 0) throw new Error(`${address} said no`);
};
const queue = new PQueue({concurrency: Number(concurrency)});
const addresses = readFileSync(list, 'utf8').trim().split('\n');
await Promise.all(addresses.map(address => queue.add(() => contact(address))));
await transport.close();
