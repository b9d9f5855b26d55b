import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Ended, type Place} from './program.ts';

const cve = 'CVE-2026-84782';

describe('fix, in a run that is open', {timeout: 90_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  beforeAll(async () => {
    place = await makePlace();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });
  const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);
  const plannedHosts = (ended: Ended): unknown[] =>
    jsonLines(ended).flatMap(line =>
      line.type === 'host.planned' ? [(line['data'] as {host: string}).host] : [],
    );

  it('keeps to the hosts that are named, and to those that are not excluded', async () => {
    expect((await run('scan')).exit).toBe(0);
    const named = await run('fix', cve, 'api2');
    expect(named.exit).toBe(0);
    expect(plannedHosts(named)).toEqual(['api2']);
    expect(plannedHosts(await run('fix', cve, '--exclude', 'api2'))).toEqual(['api1']);
    expect(plannedHosts(await run('fix', cve))).toEqual(['api1', 'api2']);
  });

  it('lets nothing that was chosen before drop out of the plan', async () => {
    expect((await run('plan', '--package', 'openssl', '--package', 'curl')).exit).toBe(0);
    const refused = await run('fix', cve);
    expect(refused.exit).toBe(4);
    expect(resultOf(refused).problems).toMatchObject([
      {
        code: 'fix.other-choices',
        what: expect.stringMatching(/^apt:curl@\S+ is chosen in the open run/) as string,
      },
    ]);
    expect(plannedHosts(refused)).toEqual([]);
  });
});
