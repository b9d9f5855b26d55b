import {existsSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {Answer} from '../../src/model/question.ts';
import {serversForEach} from './servers.ts';
import {fleetWithSudo, right, root, startWithSudo, textOf, triesIn, wrong} from './sudo-host.ts';
import {asker, failure, hostAt, never, until} from './world.ts';

const here = serversForEach();

describe('a new password in a fleet', () => {
  it('is tried on one host first; once it worked there the others use it unasked', async () => {
    const {transport, hosts, logs} = await fleetWithSudo(here, ['password', 'password', 'password']);
    const {ask, asked} = asker({secret: right});
    const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
    const answers = await Promise.all(sessions.map(session => session.run(root)));
    expect(answers.map(answer => textOf(answer.stdout))).toEqual(['done\n', 'done\n', 'done\n']);
    expect(asked).toHaveLength(1);
    expect(await Promise.all(logs.map(triesIn))).toEqual([[right], [right], [right]]);
  });

  it('that vanished without an answer is not tried elsewhere; it is asked for again', async () => {
    const {transport, hosts, logs} = await fleetWithSudo(here, ['silent', 'password']);
    const {ask, asked} = asker({secret: right}, {secret: right});
    const sessions = await Promise.all(hosts.map(host => transport.open(host, ask, never)));
    const [silent, other] = sessions;
    if (silent === undefined || other === undefined) throw new Error('no sessions');
    expect((await failure(silent.run(root), right)).code).toBe('ssh.shell');
    expect(textOf((await other.run(root)).stdout)).toBe('done\n');
    expect([asked.length, await Promise.all(logs.map(triesIn))]).toEqual([2, [[right], [right]]]);
  });

  it('is not asked for by a host that went away while it waited for its turn', async () => {
    const started = await Promise.all(
      ['password', 'password'].map((mode, index) => startWithSudo(here, mode, `host${index}`)),
    );
    await here.world.trust(...started.map(([server]) => server));
    const transport = here.world.transport();
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
