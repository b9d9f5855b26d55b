import type {AuthContext, KeyboardAuthContext} from 'ssh2';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import {startServer, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, deadlines, failure, hostAt, makeWorld, never, until, type World} from './world.ts';

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

const start = async (login: TestServerOptions['login']): Promise<TestServer> => {
  const server = await startServer(login === undefined ? {} : {login});
  servers.push(server);
  await world.trust(...servers);
  return server;
};
const passwords: string[] = [];
beforeEach(() => passwords.splice(0));
const byPassword = (context: AuthContext): void => {
  if (context.method !== 'password') {
    context.reject(['password']);
    return;
  }
  passwords.push(context.password);
  if (context.password === right) context.accept();
  else context.reject(['password']);
};
/** As PAM asks through keyboard-interactive. */
const byPrompts =
  (...prompts: {prompt: string; echo: boolean; answer: string}[]) =>
  (context: AuthContext): void => {
    if (context.method !== 'keyboard-interactive') {
      context.reject(['keyboard-interactive', 'password']);
      return;
    }
    askNext(context, [...prompts]);
  };
const askNext = (
  context: KeyboardAuthContext,
  prompts: {prompt: string; echo: boolean; answer: string}[],
): void => {
  const [next, ...rest] = prompts;
  if (next === undefined) {
    context.accept();
    return;
  }
  context.prompt([next], ([given]) => {
    passwords.push(given ?? '');
    if (given === next.answer) askNext(context, rest);
    else context.reject(['keyboard-interactive', 'password']);
  });
};
const open = (server: TestServer, ask: Asker, host: Partial<Host> = {}, settings = {}): Promise<unknown> =>
  world.transport(settings).open(hostAt(server.port, host), ask, never);

describe('with a password', () => {
  it('it is asked for once and used for the next connection', async () => {
    const server = await start(byPassword);
    const {ask, asked} = asker({secret: right});
    const transport = world.transport();
    await transport.open(hostAt(server.port), ask, never);
    await transport.open(hostAt(server.port), ask, never);
    expect(asked).toEqual([{kind: 'secret', host: 'web1', what: 'ssh-password', prompt: 'password of ops'}]);
    expect(passwords).toEqual([right, right]);
  });

  it('a wrong one is tried once', async () => {
    const server = await start(byPassword);
    const error = await failure(open(server, asker({secret: wrong}, {secret: right}).ask), wrong);
    expect([error.code, passwords]).toEqual(['ssh.authentication', [wrong]]);
  });

  it('nobody gives, no login is tried', async () => {
    const server = await start(byPassword);
    const error = await failure(open(server, asker().ask));
    expect([error.code, error.message, passwords]).toEqual([
      'ssh.authentication',
      expect.stringContaining('none was given'),
      [],
    ]);
  });

  it('two hosts wait for one that tries it first; when it is wrong, one of the others asks anew', async () => {
    const hosts = [await start(byPassword), await start(byPassword), await start(byPassword)];
    const {ask, asked} = asker({secret: wrong}, {secret: right});
    const transport = world.transport();
    const outcomes = await Promise.allSettled(
      hosts.map((server, index) => transport.open(hostAt(server.port, {name: `web${index}`}), ask, never)),
    );
    expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect([passwords, asked.length]).toEqual([[wrong, right, right], 2]);
  });

  it('PAM asks for by keyboard-interactive, the method password is not tried as well', async () => {
    const server = await start(byPrompts({prompt: 'Password: ', echo: false, answer: right}));
    await failure(open(server, asker({secret: wrong}).ask));
    expect(server.logins).toEqual(['none ops', 'publickey ops', 'keyboard-interactive ops']);
    const {ask, asked} = asker({secret: right});
    await open(server, ask);
    expect(asked).toEqual([{kind: 'secret', host: 'web1', what: 'ssh-password', prompt: 'Password:'}]);
  });

  it('and a one-time code: the code is asked for each time, the password once', async () => {
    const server = await start(
      byPrompts(
        {prompt: 'Password: ', echo: false, answer: right},
        {prompt: 'Verification \u001b[31mcode: ', echo: true, answer: '42'},
      ),
    );
    const {ask, asked} = asker({secret: right}, {secret: '42'}, {secret: '42'});
    const transport = world.transport();
    await transport.open(hostAt(server.port), ask, never);
    await transport.open(hostAt(server.port), ask, never);
    expect(asked.map(question => ('prompt' in question ? question.prompt : ''))).toEqual([
      'Password:',
      'Verification code:',
      'Verification code:',
    ]);
  });

  it('and a one-time code: who asks is said, and the session knows what it cost', async () => {
    const server = await start(context => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      const prompts = [{prompt: 'Passcode: ', echo: true}];
      context.prompt(prompts, 'Example SSO', 'Sent to the phone \u001b[31mending in 42', ([code]) =>
        code === '7' ? context.accept() : context.reject(),
      );
    });
    const {ask, asked} = asker({secret: '7'});
    const session = await world.transport().open(hostAt(server.port), ask, never);
    expect(asked).toMatchObject([{prompt: 'Example SSO Sent to the phone ending in 42 Passcode:'}]);
    expect(session.byCode).toBe(true);
  });

  it('and a wrong one-time code, the password may be given again: nobody knows which was wrong', async () => {
    const server = await start(
      byPrompts(
        {prompt: 'Password: ', echo: false, answer: right},
        {prompt: 'Code: ', echo: false, answer: '42'},
      ),
    );
    const {ask} = asker({secret: right}, {secret: '41'}, {secret: right}, {secret: '42'});
    const transport = world.transport();
    await failure(transport.open(hostAt(server.port), ask, never));
    await transport.open(hostAt(server.port), ask, never);
    expect(passwords).toEqual([right, '41', right, '42']);
  });

  it('a host that hangs up on it has got it: nothing is sent again on its own', async () => {
    const server = await start(context => {
      byPassword(context);
      if (context.method === 'password' && context.password === wrong) server.cut();
    });
    const {ask, asked} = asker({secret: wrong}, {secret: right});
    const transport = world.transport();
    await failure(transport.open(hostAt(server.port), ask, never), wrong);
    expect([passwords, asked.length]).toEqual([[wrong], 1]);
    await transport.open(hostAt(server.port), ask, never);
    expect([passwords, asked.length]).toEqual([[wrong, right], 2]);
  });

  it('a prompt for a new password is not answered', async () => {
    const server = await start(byPrompts({prompt: 'New password: ', echo: false, answer: right}));
    const error = await failure(open(server, asker({secret: right}).ask));
    expect([error.message, passwords]).toEqual([expect.stringContaining('has to be changed'), []]);
  });

  it('a key and then a password are both given when the host wants both', async () => {
    const server = await start((context, {partial}) => {
      if (context.method === 'publickey') {
        if (context.signature !== undefined) partial.add('key');
        if (context.signature === undefined) context.accept();
        else context.reject(['password'], true);
      } else if (partial.has('key')) byPassword(context);
      else context.reject(['publickey']);
    });
    const {ask, asked} = asker({secret: right});
    await open(server, ask);
    expect([asked.length, passwords]).toEqual([1, [right]]);
  });
});

describe('a person who takes longer', () => {
  it('than a connection may take does not end it', async () => {
    const server = await start(byPassword);
    const slow: Asker = async () => {
      await new Promise(resolve => setTimeout(resolve, 900));
      return {secret: right};
    };
    await open(server, slow, {}, {deadlines: {...deadlines, connectMs: 600}});
    expect(passwords).toEqual([right]);
  });

  it('than the host waits is not asked twice: the console connects again', async () => {
    const server = await start(byPassword);
    let asked = 0;
    const slow: Asker = async () => {
      asked += 1;
      server.cut();
      await until(() => server.open() === 0);
      return {secret: right};
    };
    await open(server, slow);
    expect([asked, passwords, server.connections()]).toEqual([1, [right], 2]);
  });
});
