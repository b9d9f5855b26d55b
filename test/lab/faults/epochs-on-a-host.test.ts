import {beforeAll, describe, expect, it} from 'vitest';
import {requestReboot} from '../../../src/hosts/reboot.ts';
import {raiseEpoch, type RunClaim} from '../../../src/jobs/epochs.ts';
import {startJob} from '../../../src/jobs/job-scripts.ts';
import {defineScript} from '../../../src/model/script.ts';
import {jobsOn, rebootMs, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

const host = 'lab4';
const payload = defineScript('test.payload', {}, 'echo ran >> /root/ran', {root: true});

describe('consoles that each believe a run to be theirs, on a real host', () => {
  let lab: Lab;
  let jobs: HostJobs;
  const claim = (epoch: number, token: string): RunClaim => ({id: '20261124-0233-1a2b', epoch, token});
  const [mine, theirs] = ['a'.repeat(32), 'b'.repeat(32)];
  const offer = async (run: RunClaim) =>
    jobs.ask(startJob, {job: await jobs.newJob(), payload, by: 'tester', run});

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    jobs = jobsOn(lab, host);
  });

  it('the host obeys the highest epoch it was told, and of two with the same one the first', async () => {
    expect(await offer(claim(1, ''))).toMatchObject({outcome: 'started'});
    expect(await jobs.ask(raiseEpoch, {run: claim(2, mine)})).toMatchObject({standing: 'kept', known: 2});
    expect(await jobs.ask(raiseEpoch, {run: claim(2, mine)})).toMatchObject({standing: 'kept'});
    expect(await jobs.ask(raiseEpoch, {run: claim(2, theirs)})).toMatchObject({standing: 'other', known: 2});
    expect(await offer(claim(1, ''))).toMatchObject({
      outcome: 'refused',
      reason: 'the run was taken over by another console: epoch 2 is known here, this console has 1',
    });
    expect((await offer(claim(2, theirs))).reason).toContain(
      'this console has 2 (both took over the same record)',
    );
    expect(await offer(claim(2, mine))).toMatchObject({outcome: 'started'});
  });

  it('an epoch that an older version wrote, without a token, is still one', async () => {
    await jobs.shell('echo 5 > /var/lib/patchdeck/epochs/20261124-0233-1a2b');
    expect(await jobs.ask(raiseEpoch, {run: claim(5, '')})).toMatchObject({standing: 'kept'});
    expect(await jobs.ask(raiseEpoch, {run: claim(4, mine)})).toMatchObject({standing: 'other', known: 5});
    expect(await jobs.ask(raiseEpoch, {run: claim(6, mine)})).toMatchObject({standing: 'kept'});
  });

  it('an epoch that cannot be written down is not one that the host knows, and nothing is started', async () => {
    await jobs.shell(
      'touch /var/lib/patchdeck/epochs/lock; mount --bind /var/lib/patchdeck/epochs /var/lib/patchdeck/epochs; mount -o remount,bind,ro /var/lib/patchdeck/epochs',
    );
    expect(await jobs.ask(raiseEpoch, {run: claim(9, mine)})).toMatchObject({standing: 'not-kept'});
    expect((await offer(claim(9, mine))).outcome).toBe('refused');
    await jobs.shell('umount /var/lib/patchdeck/epochs');
    expect(await offer(claim(9, mine))).toMatchObject({outcome: 'started'});
  });

  it('neither a console that lost the run nor one that meets the work of another reboots the host', async () => {
    const job = await jobs.newJob();
    const {bootId} = job;
    expect(await jobs.ask(requestReboot, {bootId, run: claim(8, mine)})).toMatchObject({
      outcome: 'taken-over',
    });
    await jobs.start(job, 'echo begun; while [ ! -e /root/go ]; do sleep 0.1; done');
    await until('it runs', async () => (await jobs.logOf(job)) === 'begun\n');
    expect(await jobs.ask(requestReboot, {bootId, run: claim(9, mine)})).toMatchObject({
      outcome: 'busy',
      reason: expect.stringContaining('"by":"tester"') as string,
    });
    await jobs.shell('touch /root/go');
    await jobs.ended(job);
    expect(await jobs.ask(requestReboot, {bootId, run: claim(9, mine)})).toMatchObject({outcome: 'asked'});
    const another = async (): Promise<boolean> => {
      const now = await jobs.newJob().catch(() => undefined);
      return now !== undefined && now.bootId !== bootId;
    };
    await until('it is another boot', another, rebootMs);
  });
});
