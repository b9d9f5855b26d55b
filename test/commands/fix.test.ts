import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {patchesAgainst} from '../../commands/patches-against.ts';
import {startFeedServer} from '../advisories/feed-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Place} from './program.ts';
import {expectRefusal} from './refusal.ts';

/** By the changelog of the openssl that the demo's Debian 12 is offered. */
const cve = 'CVE-2026-84782';

let place: Place;
let fleet: FaultyFleet;
beforeEach(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2', 'db1'], {canaries: ['api1']});
});
afterEach(async () => {
  await fleet.close();
  await place.remove();
});

describe('fix', {timeout: 120_000}, () => {
  it('begins a run, locks the plan of the one patch, and the stages after it take it to every host', async () => {
    const fixed = await place.run('fix', cve.toLowerCase(), '--json', ...fleet.reach);
    expect(fixed.exit).toBe(0);
    expect(jsonLines(fixed).at(-1)).toMatchObject({plan: {hosts: 3, changes: 6, chosen: 1, reboot: 'never'}});
    const events = jsonLines(fixed).map(line => line.type);
    expect(events.filter(type => type === 'plan.locked')).toHaveLength(1);
    expect(fixed.stderr).toContain('next: `patchdeck test`');

    const before = fleet.get('api2').versions();
    expect((await place.run('test', '--yes', ...fleet.reach)).exit).toBe(0);
    const words = ['--yes', '--sign-off', 'kim', '--reason', 'canary healthy'];
    expect((await place.run('deploy', ...words, ...fleet.reach)).exit).toBe(0);
    const verified = await place.run('verify', '--json', ...fleet.reach);
    expect(resultOf(verified).summary).toContain('3 of 3 hosts proven to be as planned');
    for (const host of ['api1', 'api2', 'db1'])
      expect(fleet.get(host).versions()['openssl']).toBe('3.0.22-1~deb12u2');
    // Nothing but openssl has changed.
    const after = fleet.get('api2').versions();
    const changed = Object.keys(after).filter(name => after[name] !== before[name]);
    expect(changed.sort()).toEqual(['libssl3', 'openssl']);
  });

  it('keeps to the hosts that are named', async () => {
    const fixed = await place.run('fix', cve, 'api*', '--exclude', 'api2', '--json', ...fleet.reach);
    expect(jsonLines(fixed).at(-1)).toMatchObject({exit: 0, plan: {hosts: 1}});
    expect(fleet.get('db1').asked).toEqual([]);
    expect(fleet.get('api2').asked).toEqual([]);
  });

  it('leaves it to a run that only reboots where the fixed kernel waits for a boot', async () => {
    fleet.get('db1').host.rebootWanted.add('linux-image-amd64');
    expect((await place.run('scan', ...fleet.reach)).exit).toBe(0);
    const planned = await place.run('plan', '--reboot', 'when-needed', '--json', ...fleet.reach);
    expect(jsonLines(planned).at(-1)).toMatchObject({exit: 0, plan: {hosts: 1, changes: 0, chosen: 0}});

    const open = {cve, source: 'linux', installed: '6.1.1-1', fixed: '6.1.2-1', exploited: false};
    const answer = {
      holes: [
        {...open, host: 'db1', state: 'not-booted' as const},
        {...open, host: 'api1', state: 'not-booted' as const},
        {...open, host: 'api2', state: 'fix-elsewhere' as const},
      ],
      unknown: [],
    };
    const holes = () => Promise.resolve(answer);
    const ranking = {v: 1 as const, at: '2026-11-24T03:00:00.000Z', inputs: [], patches: []};
    await expect(patchesAgainst({holes}, ranking, cve)).rejects.toMatchObject({
      message: `no pending update closes ${cve}, and it is open: on db1, api1: fixed, not booted; on api2: fix not offered; nothing was chosen`,
      next: expect.stringContaining('`patchdeck plan --reboot when-needed`') as string,
    });
  });

  it('of what no update closes says where it is open, and what is to be done there', async () => {
    const feed = await startFeedServer();
    const tracker = {perl: {'CVE-2026-4321': {releases: {bookworm: {status: 'open', urgency: 'high'}}}}};
    feed.answer(response => response.end(JSON.stringify(tracker)));
    await mkdir(join(place.folder, 'cache'), {recursive: true});
    expect((await place.run('feeds', 'sync', 'debian', '--feed-url', `debian=${feed.url}`)).exit).toBe(0);
    await feed.close();
    expectRefusal(await place.run('fix', 'CVE-2026-4321', '--json', ...fleet.reach), {
      exit: 2,
      code: 'fix.no-update',
      says: [/no pending update closes CVE-2026-4321, and it is open: on api1, api2, db1: no fix yet/],
      next: /mitigate it/,
    });
    expectRefusal(await place.run('fix', 'CVE-1999-0001', '--json', ...fleet.reach), {
      exit: 2,
      code: 'plan.no-match',
      says: [/no pending update is known to fix CVE-1999-0001/],
      next: /see what is pending/,
    });
  });
});
