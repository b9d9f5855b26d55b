import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openTerminal, type RealTerminal} from '../e2e/terminal.ts';
import {up, type Lab} from './lab.ts';
import {versionOn} from './run-patchdeck.ts';

/**
 * The main job as an operator does it: the console at 80x24 on real hosts with real pending updates, by keyboard alone. Each test is one
 * screen and goes on where the one before left.
 */
describe('the console on four real hosts', () => {
  let lab: Lab;
  let folder: string;
  let terminal: RealTerminal;
  const [enter, escape] = ['\r', '\u001b'];
  const minutes = 60_000;
  const hosts = ['lab1', 'lab2', 'lab3', 'lab4'];
  const versions = (name: string): Promise<string[]> =>
    Promise.all(hosts.map(host => versionOn(lab, host, name)));

  const addressOf = async (host: string): Promise<string> =>
    (await lab.list()).find(({name}) => name === host)?.address ?? '';
  /** Chooses the patches that a filter shows; `chosen` are then chosen in all. */
  const choose = async (filter: string, chosen: number): Promise<void> => {
    terminal.send(`/${filter}${enter}`);
    await terminal.until(`/ ${filter}`);
    terminal.send('a');
    await terminal.until(`${chosen} of`);
  };
  /** Keys that come with the question are not taken for its answer: they are pressed again while it is there. */
  const answer = async (question: string, keys: string): Promise<void> => {
    await terminal.until(question, minutes);
    const press = (): boolean => {
      const isAsked = terminal.screen().includes(question);
      if (isAsked) terminal.send(keys);
      return isAsked;
    };
    await expect.poll(press, {interval: 1000, timeout: minutes}).toBe(false);
  };

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(...hosts);
    folder = await mkdtemp(join(tmpdir(), 'patchdeck-lab-console-'));
    const [known, config] = [join(folder, 'known_hosts'), join(folder, 'ssh_config')];
    // lab4 is a host that this operator has never been on.
    const address = await addressOf('lab4');
    const lines = (await readFile(lab.knownHostsPath, 'utf8')).split('\n');
    await writeFile(known, lines.filter(line => !line.includes(address)).join('\n'));
    const text = await readFile(lab.sshConfigPath, 'utf8');
    await writeFile(
      config,
      text
        .replaceAll(lab.knownHostsPath, known)
        .replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking ask'),
    );
    terminal = openTerminal(
      'node',
      ['bin/patchdeck.js', '--inventory', lab.inventoryPath, '--ssh-config', config, '--operator', 'ana'],
      {env: {PATCHDECK_STATE_DIR: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache')}},
    );
    await terminal.until('b begins the scan', minutes);
  });
  afterAll(async () => {
    terminal.kill();
    await terminal.exited;
    await rm(folder, {recursive: true});
  });

  it('Identify: an unknown host key and the password of sudo are asked for, and every host answers', async () => {
    terminal.send('b');
    await answer('The key of lab4 is not known', 'm');
    await answer('Password for root for lab2', lab.opsPassword + enter);
    expect(await terminal.until('4 of 4 answered', minutes)).toMatch(/lab4 +! {2}exposed .* Debian 13/);
    expect(await readFile(join(folder, 'known_hosts'), 'utf8')).toContain(await addressOf('lab4'));
  });

  it('Prioritize: real security updates are chosen, and the plan is locked', async () => {
    terminal.send('2');
    await terminal.until('b ranks what the scan found');
    terminal.send('b');
    expect(await terminal.until(/0 of \d+ chosen/, minutes)).toMatch(/sec +openssl /);
    await choose('xz-utils', 1);
    terminal.send(escape);
    await terminal.until(/\d+ shown/);
    await choose('pdlab-web', 2);
    terminal.send('L');
    await terminal.until('May a host reboot');
    terminal.send('w');
    await terminal.until(/plan [0-9a-f]{8} r1/, minutes);
  });

  it('Test: every host is staged with a way back, the canary alone is upgraded, and it is signed off', async () => {
    terminal.send('3');
    await terminal.until('0 of 4 hosts ready');
    terminal.send('T');
    await terminal.until('or lab');
    terminal.send(`lab${enter}`);
    await terminal.until('not signed off (o)', 2 * minutes);
    expect(await versions('pdlab-web')).toEqual(['1.1', '1.0', '1.0', '1.0']);
    terminal.send('o');
    await terminal.until('Sign test off');
    terminal.send(`the canary is healthy${enter}`);
    await terminal.until('signed off by');
  });

  it('Deploy: the waves are seen to their end', async () => {
    terminal.send('4');
    await terminal.until('not started');
    terminal.send('D');
    await terminal.until('or lab');
    terminal.send(`lab${enter}`);
    expect(await terminal.until(/100 % {2}ended .*: complete/, 2 * minutes)).toContain('4/4 done');
    expect(await versions('pdlab-web')).toEqual(['1.1', '1.1', '1.1', '1.1']);
    expect((await versions('liblzma5')).slice(0, 3)).toEqual(Array(3).fill('5.4.1-1+deb12u2'));
  });

  it('Verify: every host is proven, and one of them is rolled back', async () => {
    terminal.send('5');
    await terminal.until('0 of 4 hosts proven');
    terminal.send('b');
    await terminal.until('4 of 4 hosts proven to be as planned', 2 * minutes);
    terminal.send('j');
    await terminal.until(/> +lab2/);
    terminal.send('R');
    await terminal.until('Roll 1 host back');
    terminal.send(`a user is unhappy${enter}`);
    await terminal.until('type 1 or lab');
    terminal.send(`1${enter}`);
    await terminal.until(/lab2 .* rolled back/, minutes);
    expect(await versions('pdlab-web')).toEqual(['1.1', '1.0', '1.1', '1.1']);
    terminal.send('q');
    expect(await terminal.exited).toBe(0);
  });
});
