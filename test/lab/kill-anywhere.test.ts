import {beforeAll, describe, expect, it} from 'vitest';
import {startedJobs} from './host-jobs.ts';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, versionOn, type Line, type Patchdeck} from './run-patchdeck.ts';

/** The moments of a host's way through test and deploy, each the event after which the console is killed. */
const moments: readonly {
  name: string;
  command: 'test' | 'deploy' | 'rollback';
  is: (line: Line) => boolean;
}[] = [
  {name: 'the intent to stage', command: 'test', is: line => isJob(line, 'job.intended', 'stage')},
  {name: 'the start of staging', command: 'test', is: line => isOf(line, 'job.started')},
  {name: 'the grade of the way back', command: 'test', is: line => isOf(line, 'host.staged')},
  {name: 'stopping automatic updaters', command: 'deploy', is: line => isOf(line, 'lease.intended')},
  {name: 'the intent to install', command: 'deploy', is: line => isJob(line, 'job.intended', 'install')},
  {name: 'the start of the installation', command: 'deploy', is: line => isOf(line, 'job.started')},
  {name: 'the end of the installation', command: 'deploy', is: line => isOf(line, 'job.ended')},
  {name: 'the checks after it', command: 'deploy', is: line => isPhase(line, 'checking')},
  {name: 'the intent to roll back', command: 'rollback', is: line => isJob(line, 'job.intended', 'undo')},
  {name: 'the start of the rollback', command: 'rollback', is: line => isOf(line, 'job.started')},
];

/** Of lab3 alone: the canary goes its own way meanwhile. */
const isOf = (line: Line, type: string): boolean => line.type === type && line.data?.['host'] === 'lab3';
const isJob = (line: Line, type: string, kind: string): boolean => {
  const job = line.data?.['job'] as {kind?: string; host?: string} | undefined;
  return line.type === type && job?.kind === kind && job.host === 'lab3';
};
const isPhase = (line: Line, phase: string): boolean =>
  isOf(line, 'host.phase') && line.data?.['phase'] === phase;

describe('kill -9 of the console at every step of one real host', () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    // lab1 is the canary; what happens to lab3 is looked at.
    await lab.reset('lab1', 'lab3');
    // Slow enough that a kill comes while it is being installed.
    await lab.install('lab3', 'pdlab-slow=1.0');
    await lab.shell('lab3', 'echo 4 > /etc/pdlab-slow-seconds');
    deck = await patchdeckOn(lab);
    expect((await deck.run('scan', 'lab1', 'lab3')).exit).toBe(0);
    expect((await deck.run('plan', '--package', 'pdlab-web', '--package', 'pdlab-slow')).exit).toBe(0);
  });

  const argumentsOf = {
    test: ['test', '--yes', '--sign-off', 'tester', '--reason', 'good'],
    deploy: ['deploy', '--yes'],
    rollback: ['rollback', 'lab3', '--yes'],
  };

  it(
    'the same commands, given again after each kill, end as if nothing had been',
    {timeout: 600_000},
    async () => {
      const reached: string[] = [];
      for (const [index, moment] of moments.entries()) {
        const killed = deck.start(...argumentsOf[moment.command]);
        const seen = await Promise.race([killed.line(moment.is), killed.ended]);
        killed.child.kill('SIGKILL');
        await killed.ended;
        // On a busy machine the step may be over before the kill arrives; then the command has ended well by itself.
        if (!('exit' in seen)) reached.push(moment.name);
        else expect(seen.exit === 0 ? '' : `${moment.name}: ${String(seen.said)}`).toBe('');
        // Once more, to its end, before the next command.
        if (moments[index + 1]?.command !== moment.command && moment.command !== 'rollback') {
          const whole = await deck.run(...argumentsOf[moment.command]);
          expect(whole.exit === 0 ? '' : whole.said).toBe('');
        }
      }
      expect(reached.length).toBeGreaterThanOrEqual(3);
      // An interrupted rollback is gone on with by whatever opens the run, if it did not end before the last kill.
      const verify = await deck.run('verify', 'lab3');
      expect(verify.said).toContain(
        'lab3 was rolled back, what was planned for it is not installed: as before',
      );
      expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.0');
      expect(await versionOn(lab, 'lab1', 'pdlab-web')).toBe('1.1');
      expect((await lab.shell('lab3', 'dpkg --audit')).stdout).toBe('');
    },
  );

  it('no job was started twice: the host has one unit for each id, and the journal one intent for each', async () => {
    const started = await startedJobs(lab, 'lab3');
    expect(started.length).toBeGreaterThanOrEqual(3);
    expect(started.filter((id, nth) => started.indexOf(id) !== nth)).toEqual([]);
  });
});
