import {beforeAll, describe, expect, it} from 'vitest';
import {startedJobs, until} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Line, type Patchdeck} from '../run-patchdeck.ts';

describe('an update that restarts what the host is reached by', () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab3');
    await lab.install('lab3', 'pdlab-restarts=1.0');
    await lab.shell('lab3', 'apt-get -q update');
    deck = await patchdeckOn(lab);
  });

  it('sshd, its sessions, systemd, logind and then the network are restarted from within the installation: the job goes on, is found again and runs once, and the host is done', async () => {
    for (const step of [
      ['scan', 'lab3'],
      ['plan', '--package', 'pdlab-restarts'],
    ]) {
      const answer = await deck.run(...step);
      expect(answer.exit === 0 ? '' : answer.said).toBe('');
    }
    const running = deck.start('test', '--yes');
    const isInstall = ({type, data}: Line): boolean =>
      type === 'job.intended' && (data?.['job'] as {kind?: string} | undefined)?.kind === 'install';
    await running.line(isInstall);
    await running.line(({type, data}) => type === 'host.phase' && data?.['phase'] === 'installing');
    await until('its network is down', async () => {
      const [host] = (await lab.list()).filter(({name}) => name === 'lab3');
      return host?.network === 'cut';
    });
    const test = await running.ended;
    expect(test.exit === 0 ? '' : test.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-restarts')).toBe('2.0');
    expect(test.lines.filter(isInstall)).toHaveLength(1);
    const ends = test.lines.filter(line => line.type === 'job.ended').map(line => line.data?.['outcome']);
    expect(new Set(ends)).toEqual(new Set(['ended']));
    const started = await startedJobs(lab, 'lab3');
    expect(started).not.toEqual([]);
    expect(started.filter((id, nth) => started.indexOf(id) !== nth)).toEqual([]);
  });
});
