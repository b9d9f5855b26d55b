import {readFile} from 'node:fs/promises';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Asker} from '../../src/model/question.ts';
import {createHostKeys} from '../../src/ssh/host-key.ts';
import {resolveTarget} from '../../src/ssh/resolve.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config-reader.ts';
import {until} from '../store/example-run.ts';
import {serversForEach} from '../ssh/servers.ts';
import {newKey, parse} from '../ssh/test-server.ts';
import {deadlines, hostAt, never, script} from '../ssh/world.ts';

const here = serversForEach();

test('the question about an unknown host key is never answered: other hosts are not held up, nothing is sent to that one or remembered, and it ends with the console', async () => {
  const [unknown, known] = [await here.start(), await here.start()];
  await here.world.trust(known);
  const before = await readFile(here.world.knownHosts, 'utf8');
  const transport = here.world.transport({deadlines: {connectMs: 300, firstByteMs: 2000, scriptMs: 2000}});
  const closing = new AbortController();
  let asked = 0;
  const nobody = (): Promise<never> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  let came: unknown;
  const opening = transport.open(hostAt(unknown.port), nobody, closing.signal);
  opening.then(
    () => (came = 'opened'),
    (error: unknown) => (came = error),
  );
  await until('it asks', () => asked === 1);
  const other = await transport.open(hostAt(known.port, {name: 'web2', become: 'none'}), nobody, never);
  expect(Buffer.from((await other.run(script('echo well'))).stdout).toString()).toBe('well\n');
  // A person may take longer than a connection may: it is neither given up nor taken for a yes.
  await wait(700);
  expect([came, asked]).toEqual([undefined, 1]);
  expect([unknown.received(), unknown.commands]).toEqual(['', []]);
  closing.abort(new Error('the console is closing'));
  await until('it ends', () => came !== undefined);
  expect(came).toMatchObject({message: 'the console is closing'});
  expect(await readFile(here.world.knownHosts, 'utf8')).toBe(before);
  other.close();
});

test('who gave up waiting for the answer about an unknown host key takes the question away, unless another still waits for it', async () => {
  const settings = {configFile: 'none', identityFiles: [], knownHostsFiles: [], useAgent: false, deadlines};
  const target = await resolveTarget(hostAt(22), settings, createSshConfigReader());
  const key = parse(newKey().private).getPublicSSH();
  const keys = createHostKeys();
  const asked: (AbortSignal | undefined)[] = [];
  const nobody: Asker = (_question, signal) => {
    asked.push(signal);
    return new Promise(() => undefined);
  };
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [one, two].map(({signal}) =>
    keys.askAbout(target, key, nobody, signal).catch((error: unknown) => error),
  );
  one.abort(new Error('stopped'));
  expect(await waiting[0]).toMatchObject({message: 'stopped'});
  expect([asked.length, asked[0]?.aborted]).toEqual([1, false]);
  two.abort(new Error('stopped as well'));
  expect(await waiting[1]).toMatchObject({message: 'stopped as well'});
  expect([asked.length, asked[0]?.aborted]).toEqual([1, true]);
  // The next to come is asked about anew.
  await keys.askAbout(target, key, () => Promise.resolve('once'), never);
});
