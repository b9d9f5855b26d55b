import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {Answer} from '../../src/model/question.ts';
import type {Transport} from '../../src/ssh/session.ts';
import {fakeSudo} from './fake-sudo.ts';
import {realShell, startServer, type TestServer} from './test-server.ts';
import {asker, failure, hostAt, makeWorld, never, script, until, type World} from './world.ts';

const right = 'right horse';
const wrong = 'wrong horse';
let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

const start = async (mode: string, folder: string): Promise<[TestServer, string]> => {
  const {env, log} = await fakeSudo(join(world.folder, folder), mode);
  const server = await startServer({exec: realShell(env)});
  servers.push(server);
  return [server, log];
};
const triesIn = async (log: string): Promise<string[]> =>
  (await readFile(log, 'utf8')).split('\n').filter(line => line !== '');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const root = script('echo done', true);

describe('a new password in a fleet', () => {
  const fleet = async (modes: string[]): Promise<{transport: Transport; hosts: Host[]; logs: string[]}> => {
    const started = await Promise.all(modes.map((mode, index) => start(mode, `host${index}`)));
    await world.trust(...started.map(([server]) => server));
    return {
      transport: world.transport(),
      hosts: started.map(([server], index) => hostAt(server.port, {name: `web${index}`})),
      logs: started.map(([, log]) => log),
    };
  };

  it('is tried on one host first; once it worked there the others use it unasked', async () => {
    const {transport, hosts, logs} = await fleet(['password', 'password', 'password']);
    const {ask, asked} = asker({secret: right});
    const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
    const answers = await Promise.all(sessions.map(session => session.run(root)));
    expect(answers.map(answer => text(answer.stdout))).toEqual(['done\n', 'done\n', 'done\n']);
    expect(asked).toHaveLength(1);
    expect(await Promise.all(logs.map(triesIn))).toEqual([[right], [right], [right]]);
  });

  it.each(['password', 'one-try'])(
    'that is wrong is tried on one host only; the next host asks again (%s)',
    async mode => {
      const {transport, hosts, logs} = await fleet([mode, mode, mode]);
      const {ask, asked} = asker({secret: wrong}, {secret: right});
      const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
      const outcomes = await Promise.allSettled(sessions.map(session => session.run(root)));
      expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(asked).toHaveLength(2);
      const tries = await Promise.all(logs.map(triesIn));
      expect(tries.flat().sort()).toEqual([right, right, wrong]);
    },
  );

  it('that vanished without an answer is not tried elsewhere; it is asked for again', async () => {
    const {transport, hosts, logs} = await fleet(['silent', 'password']);
    const {ask, asked} = asker({secret: right}, {secret: right});
    const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
    const [silent, other] = sessions;
    if (silent === undefined || other === undefined) throw new Error('no sessions');
    expect((await failure(silent.run(root), right)).code).toBe('ssh.shell');
    expect(text((await other.run(root)).stdout)).toBe('done\n');
    expect([asked.length, await Promise.all(logs.map(triesIn))]).toEqual([2, [[right], [right]]]);
  });

  it('is not asked for by a host that went away while it waited for its turn', async () => {
    const started = await Promise.all(
      ['password', 'password'].map((mode, index) => start(mode, `host${index}`)),
    );
    await world.trust(...started.map(([server]) => server));
    const transport = world.transport();
    const [one, two] = await Promise.all(
      started.map(([server], index) =>
        transport.open(hostAt(server.port, {name: `web${index}`}), ask, never),
      ),
    );
    const asked: string[] = [];
    function ask(question: {host: string}): Promise<Answer> {
      asked.push(question.host);
      return until(() => two?.open === false).then(() => ({secret: wrong}));
    }
    const first = failure(one?.run(root) ?? Promise.resolve());
    await until(() => asked.length > 0);
    const second = failure(two?.run(root) ?? Promise.resolve());
    await until(() => existsSync(`${started[1]?.[1] ?? ''}.asked`));
    // The prompt is on its way; what is to be seen here needs it to arrive.
    await new Promise(resolve => setTimeout(resolve, 100));
    started[1]?.[0].cut();
    expect([(await second).code, (await first).code]).toEqual(['ssh.closed', 'become.wrong-password']);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(asked).toEqual(['web0']);
  });
});
