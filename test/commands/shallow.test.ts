import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectRefusal} from './refusal.ts';

describe('shallow scans by a policy', {timeout: 90_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  let policy = '';
  beforeAll(async () => {
    place = await makePlace();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
    const stated = await readFile(fleet.inventory, 'utf8');
    const low = 'criticality: low, exposure: isolated';
    await writeFile(fleet.inventory, stated.replace(/(api2: \{)/, `$1${low}, `));
    policy = join(place.folder, 'policy.yaml');
    await writeFile(
      policy,
      'policy: p\nselect: {packages: [openssl]}\nscan: {shallow: {criticality: low, exposure: isolated}}\n',
    );
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });
  const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);

  it('a host of low risk is glanced at, and every table says that more may be pending', async () => {
    const scan = await run('scan', '--policy', policy);
    expect(scan.exit).toBe(0);
    expect(fleet.get('api2').asked).toContain('apt.glance');
    expect(fleet.get('api2').asked).not.toContain('apt.refresh');
    expect(fleet.get('api1').asked).toContain('apt.refresh');
    expect(resultOf(scan).summary).toContain('1 scanned shallowly, more may be pending there');
    expect(scan.stderr).toMatch(/ok api2: shallow, at least \d+ updates/);
    expect(scan.stderr).not.toMatch(/ok api1: shallow/);
    const again = await place.run('scan', '--policy', policy, ...fleet.reach);
    expect(again.stdout).toMatch(/api2 .* \d+\+ +\d+\+ /);
    expect(scan.stderr).toMatch(/~ api2: a shallow scan, as the policy has it/);
  });

  it('ranks name it, and nothing is planned there before a whole scan', async () => {
    const [ranked] = (jsonLines(await run('plan')).at(-1) as unknown as {patches: {why: string}[]}).patches;
    expect(ranked?.why).toContain('1 host scanned shallowly');
    const refusal = {
      exit: 4,
      code: 'plan.shallow',
      says: [/of api2 there is only a shallow scan: what would be changed there is not known/],
      next: /scan it whole \(patchdeck scan api2\) and rank again, or leave it out by name/,
    };
    expectRefusal(await run('plan', '--package', 'openssl'), refusal);
    expectRefusal(await run('plan', '--policy', policy, '--route', 'all'), refusal);

    expect((await place.run('report')).stdout).toContain(
      '- api2: a shallow scan, as the policy has it for hosts of low risk',
    );
    expect((await run('scan', 'api2')).exit).toBe(0);
    const planned = await run('plan', '--package', 'openssl');
    expect(jsonLines(planned).at(-1)).toMatchObject({exit: 0, plan: {hosts: 2}});
  });
});
