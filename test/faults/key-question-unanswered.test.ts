import {readFile} from 'node:fs/promises';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {until} from '../store/example-run.ts';
import {serversForEach} from '../ssh/servers.ts';
import {hostAt, never, script} from '../ssh/world.ts';

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
