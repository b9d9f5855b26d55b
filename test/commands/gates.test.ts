import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectRefusal} from './refusal.ts';

/** One run from its first scan to its end: at every gate --yes alone is tried first, and is never enough. */
describe('gates that --yes does not open', {timeout: 60_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  beforeAll(async () => {
    place = await makePlace();
    // web9 is never there; no previous version of api4 can be had, so that it could not go back.
    fleet = await startFaultyFleet(place, ['api1', 'api2', 'api4'], {
      canaries: ['api1'],
      extra: ['web9: {address: 127.0.0.1, port: 9}'],
      faults: {
        api4: {
          answers: {
            'packages.staged': answer =>
              answer.replace(/^old\t([^\t]+)\t([^\t]+)\t([^\t]+)\t.*$/gm, 'gone\t$1\t$2\t$3'),
          },
        },
      },
    });
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });

  const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);
  const openssl = (): (string | undefined)[] =>
    ['api1', 'api2', 'api4'].map(name => fleet.get(name).versions()['openssl']);
  const jobs = (): number => [...fleet.hosts.values()].reduce((sum, {host}) => sum + host.jobs.size, 0);
  let old: (string | undefined)[];

  it('a host that did not answer: left out by name only', async () => {
    expect((await run('scan', '--yes')).exit).toBe(3);
    old = openssl();
    expectRefusal(await run('plan', '--package', 'openssl', '--yes'), {
      exit: 4,
      code: 'gate.identify',
      says: [/prioritize cannot start: 1 host did not answer: web9; nothing was done/],
      next: /--leave-out HOST/,
    });
    const plan = await run(
      'plan',
      '--package',
      'openssl',
      '--leave-out',
      'web9',
      '--reason',
      'decommissioned',
    );
    expect(plan.exit).toBe(0);
  });

  it('a plan that was not tested', async () => {
    expectRefusal(await run('deploy', '--yes'), {
      exit: 4,
      code: 'gate.test',
      says: [/deploy cannot start: the plan was not tested; nothing was done/],
      next: /test stage/,
    });
    expectRefusal(await run('deploy', '--yes', '--sign-off', 'me', '--reason', 'trust me'), {
      exit: 4,
      code: 'gate.sign-off',
      says: [/test was not run; it was not signed off/],
      next: /run test to its end first/,
    });
  });

  it('a confirmation with nobody there: what would be done is shown, and nothing is', async () => {
    const ended = await run('test');
    expectRefusal(ended, {
      exit: 4,
      code: 'confirm.needed',
      says: [/nobody is there to confirm it; no host was changed/],
      next: /--yes/,
    });
    expect(ended.stderr).toContain(
      'stages packages on 3 hosts and upgrades the canaries among them for real',
    );
    expect(jobs()).toBe(0);
  });

  it('a host that could not go back: accepted by name only', async () => {
    const test = await run('test', '--yes');
    expect(test.exit === 0 ? '' : test.stderr).toBe('');
    expect(resultOf(test).problems.at(-1)).toMatchObject({host: 'api4', code: 'gate.no-rollback'});
    expect(test.stderr).toMatch(/next: accept that by name \(--accept-no-rollback HOST/);
    expectRefusal(await run('deploy', '--yes', '--sign-off', 'tester', '--reason', 'healthy'), {
      exit: 4,
      code: 'gate.no-rollback',
      says: [/1 host could not be rolled back: api4/, /nothing was done/],
      next: /--accept-no-rollback HOST/,
    });
    expect(openssl()[2]).toBe(old[2]);
  });

  it('a test that nobody signed off', async () => {
    // Tested anew, so that what was signed is not what is there.
    expect((await run('test', '--yes')).exit).toBe(0);
    expectRefusal(await run('deploy', '--yes', '--accept-no-rollback', 'api4', '--reason', 'no data on it'), {
      exit: 4,
      code: 'gate.sign-off',
      says: [/nobody signed the test off; nothing was done/],
      next: /--sign-off NAME --reason TEXT/,
    });
    expect(openssl().slice(1)).toEqual(old.slice(1));
  });

  it('verify before every host is in a final state', async () => {
    expectRefusal(await run('verify', '--yes'), {
      exit: 4,
      code: 'gate.deploy',
      says: [/2 hosts are not in a final state: api2, api4; nothing was done/],
      next: /deploy to the end/,
    });
  });

  it('with every word given, deploy still wants its confirmation', async () => {
    const words = ['--sign-off', 'tester', '--reason', 'canary healthy'];
    const ended = await run('deploy', ...words);
    expectRefusal(ended, {exit: 4, code: 'confirm.needed', says: [/no host was changed/], next: /--yes/});
    expect(ended.stderr).toMatch(
      /deploy: \d+ package changes on 2 hosts \(api2, api4\); reboot never; way back: 1 full, 1 none/,
    );
    expect(openssl().slice(1)).toEqual(old.slice(1));
    const done = await run('deploy', '--yes');
    expect(done.stderr).toContain('deploy complete: 3 done');
    // The host that was left out is not patched.
    expect([done.exit, resultOf(done).problems.map(({host, code}) => `${host ?? ''} ${code}`)]).toEqual([
      3,
      ['web9 host.left-out'],
    ]);
    expect(openssl().every((version, index) => version !== old[index])).toBe(true);
  });

  it('hosts that were changed are not left out, and roll back only with a word and a way', async () => {
    expectRefusal(await run('scan', '--leave-out', 'api2'), {
      exit: 4,
      code: 'host.at-work',
      says: [/api2 was changed by this run; nothing was done/],
      next: /roll it back first/,
    });
    expectRefusal(await run('rollback', 'api2'), {
      exit: 4,
      code: 'confirm.needed',
      says: [/no host was changed/],
      next: /--yes/,
    });
    expectRefusal(await run('rollback', 'web9', '--yes'), {
      exit: 2,
      code: 'inventory.no-match',
      says: [/nothing was done/],
      next: /inventory list/,
    });
  });

  it('a run that is closed takes nothing any more', async () => {
    const closed = await run('verify', '--close');
    // web9 was left out: "done" is not said over it.
    expect(closed.exit).toBe(3);
    expect(resultOf(closed).problems.map(({code}) => code)).toEqual(['host.left-out']);
    expectRefusal(await run('deploy', '--yes'), {
      exit: 4,
      code: 'run.none',
      says: [/there is no open run/],
      next: /patchdeck scan/,
    });
    expectRefusal(await run('deploy', '--yes', '--run', resultOf(closed).run ?? ''), {
      exit: 4,
      code: 'run.closed',
      says: [/the run is closed; nothing was done/],
      next: /start a new run/,
    });
  });
});
