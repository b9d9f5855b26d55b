import {beforeAll, describe, expect, it} from 'vitest';
import {readFile, writeFile} from 'node:fs/promises';
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {startedJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from '../run-patchdeck.ts';

describe('a run that another engineer takes over, on a real host', () => {
  let lab: Lab;
  let first: Patchdeck;
  let second: Patchdeck;
  let archive: string;
  let id: string;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab4');
    await lab.install('lab4', 'pdlab-slow=1.0');
    await lab.shell('lab4', 'echo 8 > /etc/pdlab-slow-seconds; apt-get -q update');
    first = await patchdeckOn(lab);
    second = await patchdeckOn(lab);
    archive = join(first.stateDir, '..', 'run.patchdeck');
  });

  it('in the middle of an upgrade: the other console asks the host, follows its job to the end, and nothing is started twice', async () => {
    const key = join(first.stateDir, '..', 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const sign = ['--sign-key', key];
    expect((await first.run('scan', 'lab4', ...sign)).exit).toBe(0);
    expect((await first.run('plan', '--package', 'pdlab-slow', ...sign)).exit).toBe(0);
    const test = first.start('test', '--yes', ...sign);
    await test.line(line => line.type === 'job.intended' && JSON.stringify(line.data).includes('"install"'));
    await test.line(line => line.type === 'host.phase' && line.data?.['phase'] === 'installing');
    const exported = await first.run('runs', 'export', archive);
    expect(exported.exit === 0 ? '' : exported.said).toBe('');
    id = String(exported.result['run']);
    const imported = await second.run('runs', 'import', archive);
    expect(imported.said).toContain('is taken over (epoch 2)');

    const again = await second.run('test', '--yes', '--sign-off', 'bo', '--reason', 'good', ...sign);
    expect(again.said).toContain('1 hosts are asked before anything of it is believed');
    expect(again.exit === 0 ? '' : again.said).toBe('');
    await test.ended;
    expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('2.0');
    const started = await startedJobs(lab, 'lab4');
    expect(started).not.toEqual([]);
    expect(started.filter((id, nth) => started.indexOf(id) !== nth)).toEqual([]);
  });

  it('the first console is refused by the host from then on', async () => {
    const refused = await first.run('rollback', 'lab4', '--yes', '--reason', 'I do not know of it');
    expect(refused.exit).toBe(3);
    expect(refused.said).toContain(
      'taken over by another console: epoch 2 is known here, this console has 1',
    );
    expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('2.0');
  });

  it('the second console can take the host back', async () => {
    const rollback = await second.run('rollback', 'lab4', '--yes', '--reason', 'try it');
    expect(rollback.exit === 0 ? '' : rollback.said).toBe('');
    expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('1.0');
  });

  it('the host has in its syslog where the record stood, and `runs verify` holds the record against it', async () => {
    const {stdout} = await lab.shell('lab4', `journalctl -q --no-pager -o cat -t patchdeck | grep ${id}`);
    expect(stdout).toMatch(/run \S+ event \d+ sha256 [0-9a-f]{64}/);
    const heads = join(first.stateDir, '..', 'heads');
    await writeFile(heads, stdout.replace(/^/gm, 'lab4 '));
    const signers = join(first.stateDir, '..', 'signers');
    await writeFile(
      signers,
      `ana@shop.example ${await readFile(join(first.stateDir, '..', 'key.pub'), 'utf8')}`,
    );
    const intact = await second.run('runs', 'verify', '--run', id, '--signers', signers);
    expect(intact.exit === 0 ? '' : intact.said).toBe('');
    expect(intact.said).toContain('signed by ana@shop.example');
    const both = await second.run('runs', 'verify', '--run', id, '--heads', heads);
    // The first console went on by itself for a moment: what it told the host is not in the run that was taken over.
    expect(both.result['events']).toBeGreaterThan(40);
  });
});
