import {afterAll, beforeAll, expect, test} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {makePlace, type Place} from '../commands/program.ts';
import {openTerminal, type RealTerminal} from './terminal.ts';

/**
 * What `patchdeck fix` prepared is taken through the console by hand: one key for each stage, and what the stage wants confirmed. These
 * are all the keys there are.
 */
let place: Place;
let fleet: FaultyFleet;
let terminal: RealTerminal;
const minutes = 60_000;

beforeAll(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
  expect((await place.run('fix', 'CVE-2026-84782', ...fleet.reach)).exit).toBe(0);
  terminal = openTerminal('node', ['bin/patchdeck.js', ...fleet.reach], {env: place.env});
}, 2 * minutes);
afterAll(async () => {
  terminal.kill();
  await terminal.exited;
  await fleet.close();
  await place.remove();
});

test(
  'a plan that fix has locked is one key a stage away from being proven on every host',
  async () => {
    await terminal.until(/plan [0-9a-f]{8} r1/);
    expect(await terminal.until('test the plan (3, then T)')).toMatch(/\[2 Prioritize\].*LIVE/);
    terminal.send('3T');
    await terminal.until('type 1 or test');
    terminal.send('1\r');
    await terminal.until('not signed off (o)', minutes);
    terminal.send('o');
    await terminal.until('Sign test off');
    terminal.send('canary healthy\r');
    await terminal.until('signed off by');
    terminal.send('4D');
    await terminal.until(/type \d or test/);
    terminal.send('test\r');
    await terminal.until('complete', minutes);
    terminal.send('5b');
    await terminal.until('2 of 2 hosts proven to be as planned', minutes);
    for (const host of ['api1', 'api2'])
      expect(fleet.get(host).versions()['openssl']).toBe('3.0.22-1~deb12u2');
  },
  4 * minutes,
);
