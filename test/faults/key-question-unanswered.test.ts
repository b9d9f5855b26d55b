import {readFile} from 'node:fs/promises';
import {setTimeout as wait} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {until} from '../store/example-run.ts';
import {startServer, type TestServer} from '../ssh/test-server.ts';
import {hostAt, makeWorld, never, script, type World} from '../ssh/world.ts';

let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

test('the question about an unknown host key is never answered: other hosts are not held up, nothing is sent to that one or remembered, and it ends with the console', async () => {
  const [unknown, known] = [await startServer(), await startServer()];
  servers.push(unknown, known);
  await world.trust(known);
  const before = await readFile(world.knownHosts, 'utf8');
  const transport = world.transport({deadlines: {connectMs: 300, firstByteMs: 2000, scriptMs: 2000}});
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
  expect(await readFile(world.knownHosts, 'utf8')).toBe(before);
  other.close();
});
