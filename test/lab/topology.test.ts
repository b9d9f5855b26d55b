import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {stringify} from 'yaml';
import {must, run} from './command.ts';
import {up, type Lab} from './lab.ts';
import {hostAddress, machineName} from './network.ts';
import {patchdeckOn, versionOn, type Patchdeck} from './run-patchdeck.ts';

/** A link between lab1 and lab2 alone, in a network of its own. */
const inner = {lab1: hostAddress(250).replace(/2$/, '1'), lab2: hostAddress(250)};
const upgraded = 'pdlab-web';

let lab: Lab;
let deck: Patchdeck;
let folder: string;

beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset('lab1', 'lab2', 'lab3');
  await removeLink();
  const [one, two] = [machineName(1), machineName(2)];
  await must('ip', [
    '-n',
    one,
    'link',
    'add',
    'inner',
    'type',
    'veth',
    'peer',
    'name',
    'inner',
    'netns',
    two,
  ]);
  for (const [name, address] of [
    [one, inner.lab1],
    [two, inner.lab2],
  ] as const) {
    await must('ip', ['-n', name, 'addr', 'add', `${address}/30`, 'dev', 'inner']);
    await must('ip', ['-n', name, 'link', 'set', 'inner', 'up']);
  }
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-topology-'));
  const [inventoryPath, sshConfigPath] = [join(folder, 'inventory.yaml'), join(folder, 'ssh_config')];
  const behind = `Host lab2\n  HostName ${inner.lab2}\n  ProxyJump lab1\n  HostKeyAlias lab2\n`;
  const base = await readFile(lab.sshConfigPath, 'utf8');
  await writeFile(sshConfigPath, `${behind}\n${base}`);
  // The jump host is flagged as a canary of the first wave, as somebody might who does not think of it.
  const hosts = {lab1: {canary: true}, lab2: {wave: 9}, lab3: {canary: true}};
  await writeFile(inventoryPath, stringify({fleet: 'lab', defaults: {user: 'ops', become: 'sudo'}, hosts}));
  deck = await patchdeckOn({...lab, inventoryPath, sshConfigPath});
});

afterAll(async () => {
  await removeLink();
  await rm(folder, {recursive: true, force: true});
});

const removeLink = (): Promise<unknown> => run('ip', ['-n', machineName(1), 'link', 'del', 'inner']);

it('a jump host of the fleet goes last and alone, and is no canary', async () => {
  const scan = await deck.run('scan');
  expect(scan.exit).toBe(0);
  const reached = scan.lines.flatMap(line => {
    const {host, summary} = line.data ?? {};
    return line.type === 'host.scanned' ? [[host, (summary as {reach: unknown}).reach]] : [];
  });
  expect(Object.fromEntries(reached)).toMatchObject({
    lab1: {transport: 'ssh2', jumps: []},
    lab2: {
      transport: 'ssh2',
      because: 'nothing needs more',
      at: {address: inner.lab2, port: 22},
      jumps: [{name: 'lab1', address: hostAddress(1), port: 22}],
    },
  });

  expect((await deck.run('plan', '--package', upgraded)).exit).toBe(0);
  expect((await deck.run('test', '--yes', '--sign-off', 'tester', '--reason', 'lab')).exit).toBe(0);
  expect([await versionOn(lab, 'lab1', upgraded), await versionOn(lab, 'lab3', upgraded)]).toEqual([
    '1.0',
    '1.1',
  ]);

  const deploy = await deck.run('deploy', '--yes');
  expect(deploy.exit).toBe(0);
  const story = deploy.lines.flatMap(({type, data}) => {
    if (type === 'wave.started') return [`wave ${String(data?.['wave'])} of ${String(data?.['size'])}`];
    const isEnd = type === 'host.phase' && data?.['phase'] === 'done';
    const {host, kind} = (data?.['job'] ?? {}) as {host?: string; kind?: string};
    if (type === 'job.intended' && kind === 'install') return [`${String(host)} begins`];
    return isEnd ? [`${String(data['host'])} done`] : [];
  });
  expect(story).toEqual([
    ...['wave 9 of 1', 'lab2 begins', 'lab2 done'],
    ...['wave 1001 of 1', 'lab1 begins', 'lab1 done'],
  ]);
  const text = String((await deck.run('report')).result['report']);
  expect(text).toContain('1. lab1: 1 host is reached through it');
  expect(text).toMatch(/\| lab2 \| done \|.* ssh2 through lab1 \|/);
});
