import {expect, test} from 'vitest';
import {host, rankedShop, scannedShop, shop} from './fleet.ts';
import {deskForEach, keys} from './harness.tsx';

const desk = deskForEach();
const right = '\u001b[C';

test('o says what a host is worth: picked by a letter or an arrow, shown before it is done, and only what changed', async () => {
  scannedShop(desk.engine);
  const console = await desk.open({stage: 'identify'});
  await console.send('/');
  await console.send(`db1${keys.enter}o`);
  const form = await console.until('Describe 1 host');
  expect(form).toMatch(/> criticality +critical_ +low medium high critical/);
  expect(form).toContain('left right pick');
  expect(form).toMatch(/ owner +dba/);
  expect(form).toMatch(/ data +public internal confidential regulated/);
  await console.send('h');
  await console.until(/> criticality +high_/);
  await console.send(keys.down);
  await console.send(right);
  await console.send(keys.enter);
  await console.until(/ exposure +isolated/);
  await console.send(`r${keys.enter}`);
  // No letter picks anything that is not there.
  await console.until(/ data +regulated/);
  await console.send('\u0015');
  await console.send(keys.enter);
  // Text is typed: there is nothing to pick.
  expect(await console.until(/> tags/)).not.toContain('left right pick');
  await console.send(`eu prod${keys.enter}`);
  const asked = await console.until('Describe 1 host so?');
  expect(asked).toContain('criticality: high (was critical)');
  expect(asked).toContain('exposure: isolated (was not stated)');
  expect(asked).toContain('owner: not stated (was dba)');
  expect(asked).toContain('Written to the overlay beside the inventory, which itself stays as it is.');
  expect(desk.engine.commands).toEqual([]);
  await console.send('y');
  await console.until('described');
  expect(desk.engine.commands).toEqual([
    {
      type: 'describe',
      hosts: ['db1'],
      description: {
        criticality: 'high',
        exposure: 'isolated',
        data: 'regulated',
        owner: null,
        tags: ['eu', 'prod'],
      },
    },
  ]);
});

test('of several hosts what differs stays as it is on each, and is said; the others are described together', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'identify'});
  await console.send('aA');
  await console.send('/');
  await console.send(`is:canary or db${keys.enter}ao`);
  const form = await console.until('Describe 2 hosts');
  expect(form).toMatch(/> criticality +_ +differs, and stays: (high, critical|critical, high)/);
  await console.send(keys.down);
  await console.send(keys.down);
  await console.send(`c${keys.enter}${keys.enter}${keys.enter}`);
  const asked = await console.until('Describe 2 hosts so?');
  expect(asked).toContain('data: confidential (was not stated)');
  expect(asked).not.toContain('criticality:');
  await console.send('y');
  await console.until('described. Next: rank what is pending anew (2, then b)');
  expect(desk.engine.commands).toMatchObject([{type: 'describe', description: {data: 'confidential'}}]);
  expect(desk.engine.commands[0]).not.toHaveProperty('description.criticality');
});

test('what was not changed is not asked for, and n, Esc and Enter change nothing', async () => {
  scannedShop(desk.engine);
  const console = await desk.open({stage: 'identify'});
  await console.send('o');
  await console.until('Describe 1 host');
  for (let i = 0; i < 5; i++) await console.send(keys.enter);
  await console.until('nothing was changed');
  await console.send('oh');
  await console.until('Describe 1 host');
  await console.send('\u001b[A');
  await console.send(`x y${keys.enter}`);
  await console.until('so?');
  await console.send(keys.enter);
  await console.until('Enter alone confirms nothing');
  await console.send('n');
  await console.until('nothing was done');
  expect(desk.engine.commands).toEqual([]);
});

test('a console that only follows changes nothing, and shows what the other one says of a host', async () => {
  scannedShop(desk.engine);
  const console = await desk.open({mode: 'read-only', stage: 'identify'});
  await console.send('o');
  await console.until('this console only reads');
  desk.engine.happen({type: 'host.included', data: {host: host('db1', {...shop[3], owner: 'night shift'})}});
  await console.send(keys.enter);
  await console.until('night shift');
});

test('a refusal is a sentence with its next step', async () => {
  scannedShop(desk.engine);
  desk.engine.answer = () => ({
    code: 'overlay.changed',
    what: 'somebody changed it meanwhile: criticality of db1 is low now; nothing was written',
    next: 'it is shown as it is now; say it again',
  });
  const console = await desk.open({stage: 'identify'});
  await console.send(`oc${keys.down}${keys.down}`);
  await console.until('Describe 1 host');
  await console.send(`p${keys.enter}${keys.enter}${keys.enter}`);
  await console.until('so?');
  await console.send('y');
  await console.until('somebody changed it meanwhile');
});
