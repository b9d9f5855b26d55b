import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {makePlace, type Place} from '../commands/program.ts';
import {openTerminal, type RealTerminal} from './terminal.ts';

/** Hosts of the demo are described by hand at 80x24, while a second console follows. */
let place: Place;
let fleet: FaultyFleet;
let overlay: string;
const terminals: RealTerminal[] = [];
const minutes = 60_000;

const open = (): RealTerminal => {
  const terminal = openTerminal('node', ['bin/patchdeck.js', ...fleet.reach], {env: place.env});
  terminals.push(terminal);
  return terminal;
};

beforeAll(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2']);
  overlay = join(place.folder, 'patchdeck.overlay.yaml');
  await writeFile(overlay, '# kept by the shop team\nhosts: {}\n');
  expect((await place.run('scan', ...fleet.reach)).exit).toBe(0);
}, 2 * minutes);
afterAll(async () => {
  for (const terminal of terminals) {
    terminal.kill();
    await terminal.exited;
  }
  await fleet.close();
  await place.remove();
});

test(
  'two hosts are described with a key, the second console follows, and the inventory stays as it is',
  async () => {
    const inventory = await readFile(fleet.inventory, 'utf8');
    const console = open();
    await console.until('2 of 2 answered', minutes);
    const follower = open();
    await follower.until('READ-ONLY', minutes);
    console.send('1ao');
    expect(await console.until('Describe 2 hosts')).toMatch(/> criticality +high_ +low medium high critical/);
    console.send('c');
    await console.until(/> criticality +critical_/);
    console.send('\r\r\r');
    await console.until(/> owner/);
    console.send('\u0015night shift\r\r');
    const asked = await console.until('Describe 2 hosts so?');
    expect(asked).toContain('criticality: critical (was high)');
    expect(asked).toContain('owner: night shift (was not stated)');
    console.send('y');
    await console.until('described');
    const written = await readFile(overlay, 'utf8');
    expect(written).toContain('# kept by the shop team');
    expect(written.match(/criticality: critical/g)).toHaveLength(2);
    expect(await readFile(fleet.inventory, 'utf8')).toBe(inventory);
    follower.send('1\r');
    await follower.until(/criticality critical,[^]*owner\s+night shift/);
  },
  2 * minutes,
);

test(
  'what was written to the overlay meanwhile is not lost: a sentence says so, and it is shown',
  async () => {
    const [console] = terminals;
    if (console === undefined) throw new Error('the console is not open');
    await writeFile(overlay, 'hosts: {"api*": {owner: day shift, criticality: critical}}\n');
    console.send('Ao');
    await console.until('Describe 1 host');
    console.send('\r\r\r\u0015somebody\r\r');
    await console.until('owner: somebody (was night shift)');
    console.send('y');
    await console.until('somebody changed it meanwhile');
    expect(await readFile(overlay, 'utf8')).toBe(
      'hosts: {"api*": {owner: day shift, criticality: critical}}\n',
    );
    console.send('\r');
    await console.until('day shift');
  },
  minutes,
);
