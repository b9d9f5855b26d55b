import {expect, test} from 'vitest';
import {
  agent,
  deployingShop,
  openssl,
  patch,
  perl,
  phase,
  planDigest,
  rankedShop,
  scannedShop,
  testedShop,
} from './fleet.ts';
import {deskForEach, keys} from './harness.tsx';

const desk = deskForEach();

const signedShop = (): void => {
  testedShop(desk.engine);
  desk.engine.happen({type: 'stage.signed-off', data: {stage: 'test', name: 'kim', reason: 'healthy'}});
};

test('b begins the scan of a fleet that nobody asked yet', async () => {
  const console = await desk.open();
  expect(console.frame()).toContain('b begins the scan.');
  await console.send('b');
  await console.until('the scan has started');
  expect(desk.engine.commands).toEqual([{type: 'start', stage: 'identify'}]);
});

test('a host that does not answer is left out with a reason, never without', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('jj');
  await console.send('l');
  await console.until('Leave 1 host out of this run');
  await console.send(keys.enter);
  await console.until('reason is needed');
  await console.send('being repaired\r');
  await console.until('left out');
  expect(desk.engine.commands).toEqual([{type: 'leave-out', hosts: ['web02'], reason: 'being repaired'}]);
});

test('what no host takes is not chosen, alone or with all: the plan would leave it out in silence', async () => {
  rankedShop(desk.engine);
  const nginx = patch('nginx', '1.22', {hosts: ['db1'], notInstalled: [{host: 'db1', why: 'held'}]});
  const file = desk.engine.keep({v: 1, at: new Date().toISOString(), inputs: [], patches: [openssl, nginx]});
  desk.engine.happenAll([{type: 'patches.ranked', data: {file, count: 2}}]);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('nginx');
  await console.send('/nginx\r ');
  expect(await console.until('held on 1. Next: ask its owner why it is held')).toMatch(/no host takes\s+it/);
  await console.send(keys.esc);
  await console.until('2 shown');
  await console.send('a');
  await console.until('1 patch chosen');
  expect(desk.engine.commands).toEqual([{type: 'choose', patches: [openssl.id], chosen: true}]);
});

test('space chooses a patch, u takes it back', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send(' ');
  await console.until('1 patch chosen; u takes it back');
  expect(console.frame()).toMatch(/\* +98 +! kev/);
  await console.send('u');
  await console.until('taken back');
  expect(desk.engine.commands).toEqual([
    {type: 'choose', patches: [openssl.id], chosen: true},
    {type: 'choose', patches: [openssl.id], chosen: false},
  ]);
});

test('a chooses what matches the filter and nothing else', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send('/is:security\ra');
  await console.until('2 patches chosen');
  expect(desk.engine.commands).toEqual([{type: 'choose', patches: [openssl.id, perl.id], chosen: true}]);
});

test('the plan is locked after a summary that asks about reboots; n and Enter lock nothing', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send('aL');
  await console.until('May a host reboot where a patch needs it?');
  expect(console.frame()).toContain('3 hosts, 7 installs, download unknown');
  await console.send(keys.enter);
  await console.until('press the key of a choice');
  await console.send('n');
  await console.untilGone('May a host reboot');
  expect(desk.engine.commands.filter(command => command.type === 'lock-plan')).toEqual([]);
  await console.send('Lw');
  await console.until('the plan is locked');
  expect(desk.engine.commands.at(-1)).toEqual({type: 'lock-plan', reboot: 'when-needed'});
});

test('a deploy shows its summary and starts only when the count is typed; Enter alone does nothing', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy'});
  await console.send('D');
  const frame = await console.until('Deploy plan abababab');
  expect(frame).toContain('wave 2');
  expect(frame).toContain('1 partial');
  expect(frame).toContain('2 patches (openssl, perl) by apt, as jobs from what was staged.');
  expect(frame).toContain('type 2 or shop-eu');
  await console.send(keys.enter);
  await console.send('3\r');
  await console.until('type 2 or shop-eu, then Enter');
  expect(desk.engine.commands).toEqual([]);
  await console.send('\u007f2\r');
  await console.until('the deploy has started');
  expect(desk.engine.commands).toEqual([{type: 'start', stage: 'deploy'}]);
});

test('a live action cannot be pasted, and Esc leaves it undone', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy'});
  await console.send('D');
  await console.send('\u001b[200~shop-eu\u001b[201~');
  await console.until('pasted text was not taken');
  await console.send(keys.esc);
  await console.until('nothing was done');
  expect(desk.engine.commands).toEqual([]);
});

test('a deploy of selected hosts that are all at their end is refused before anything is asked', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy'});
  await console.send('/web01\r');
  await console.send(' ');
  await console.until('1 selected');
  await console.send('D');
  await console.until(/none of\s+the selected hosts is left to deploy to/);
  expect(desk.engine.commands).toEqual([]);
});

test('a deploy says which of its hosts the filter hides', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy'});
  await console.send('/db1\r');
  await console.send('D');
  await console.until('1 host of them is hidden by the filter');
});

test('a test names the canaries it changes, and those that are at their end apart', async () => {
  testedShop(desk.engine);
  desk.engine.happen(phase('web01', 'rolled back'));
  const console = await desk.open({stage: 'test'});
  expect(console.frame()).toMatch(/lock the plan\S*\s+anew \(2, then L\)/);
  await console.send('T');
  const frame = await console.until('Nothing is CHANGED: the canaries are at their end.');
  expect(frame).toContain('Not touched again: web01 (rolled back).');
  expect(frame).toContain('type 0 or shop-eu');
});

test('a range chooses what is neither chosen nor blocked, and its undo takes back no more than that', async () => {
  rankedShop(desk.engine);
  desk.engine.happenAll([
    {type: 'patches.chosen', data: {patches: [openssl.id], chosen: true}},
    {type: 'version.blocked', data: {patch: perl.id, reason: 'it breaks the shop'}},
  ]);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('acme-agent');
  await console.send('gvG ');
  await console.until('1 patch chosen; u takes it back');
  await console.send('u');
  await console.until('taken back');
  expect(desk.engine.commands).toEqual([
    {type: 'choose', patches: [agent.id], chosen: true},
    {type: 'choose', patches: [agent.id], chosen: false},
  ]);
});

test('selected hosts narrow a deploy, and the summary says so', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy'});
  await console.send('/db1\r');
  await console.send(' ');
  await console.until('1 selected');
  await console.send('D');
  await console.until('Only the selected hosts: db1.');
  await console.send('1\r');
  await console.until('the deploy has started');
  expect(desk.engine.commands).toEqual([{type: 'start', stage: 'deploy', hosts: ['db1']}]);
});

test('what the engine refuses is shown with the next step', async () => {
  signedShop();
  desk.engine.answer = () => ({code: 'x', what: 'the window is closed', next: 'wait until 22:00 CET'});
  const console = await desk.open({stage: 'deploy'});
  await console.send('D');
  await console.send('shop-eu\r');
  await console.until('the window is closed. Next: wait until 22:00 CET');
});

test('a key that cannot be used now says why', async () => {
  testedShop(desk.engine);
  const console = await desk.open({stage: 'deploy'});
  await console.send('D');
  await console.until(/not now, nobody\s+signed the test off/);
  expect(console.frame()).toContain('sign off (o on Test)');
});

test('the sign-off has the name filled in and wants a reason', async () => {
  testedShop(desk.engine);
  const console = await desk.open({stage: 'test'});
  await console.send('o');
  await console.until('name    kim');
  await console.send('canary ran for an hour\r');
  await console.until('signed off');
  expect(desk.engine.commands).toEqual([
    {type: 'sign-off', stage: 'test', name: 'kim', reason: 'canary ran for an hour'},
  ]);
});

test('X and Ctrl-C show the same choice; Ctrl-C twice stops nothing', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  await console.send('X');
  const byKey = await console.until('Stop Deploy');
  await console.send(keys.esc);
  await console.untilGone('Stop Deploy');
  await console.send(keys.ctrlC + keys.ctrlC + keys.ctrlC);
  await console.until('Stop Deploy');
  const choice = (frame: string): string =>
    frame.slice(frame.indexOf('Stop Deploy'), frame.indexOf('leave the console'));
  expect(choice(console.frame())).toBe(choice(byKey));
  expect(desk.engine.commands).toEqual([]);
  expect(console.left()).toBe(false);
  await console.send('h');
  await console.until('stopping: nothing new starts');
  expect(desk.engine.commands).toEqual([
    {type: 'stop', how: 'after-hosts', reason: 'stopped at the console by kim'},
  ]);
});

test('X is there on every screen', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  for (const key of '12345') {
    await console.send(key);
    await console.send('X');
    await console.until('Stop Deploy');
    await console.send(keys.esc);
    await console.untilGone('Stop Deploy');
  }
});

test('p pauses the deploy and p goes on', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  await console.send('p');
  await console.until('PAUSED');
  await console.send('p');
  await console.untilGone('PAUSED');
  expect(desk.engine.commands.map(command => command.type)).toEqual(['pause', 'resume']);
});

test('while it is being stopped p neither pauses nor goes on, and a weaker stop is not offered', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  desk.engine.happen({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
  await console.until('STOPPING after the hosts at work');
  await console.send('p');
  await console.until('it is being stopped');
  await console.send('w');
  await console.until('it is being stopped already');
  await console.send('X');
  const frame = await console.until('Stop Deploy');
  expect(frame).not.toContain('stop after this wave');
  expect(frame).not.toMatch(/pause/);
  expect(desk.engine.commands).toEqual([]);
});

test('a pause is seen on every screen, and X goes on from each', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  desk.engine.happen({type: 'run.paused', data: {reason: 'lunch'}});
  for (const key of '12345') {
    await console.send(key);
    await console.until('PAUSED');
  }
  await console.send('1X');
  await console.until('go on');
  await console.send('p');
  await console.untilGone('PAUSED');
  expect(desk.engine.commands).toEqual([{type: 'resume'}]);
});

test('q leaves at once when nothing runs, and asks while something does', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  await console.send('q');
  await console.until('Hosts finish what was started');
  await console.send(keys.enter);
  await console.until('Enter alone confirms nothing');
  await console.send('n');
  await console.untilGone('Hosts finish what was started');
  expect(console.left()).toBe(false);
  await console.send('qy');
  expect(console.left()).toBe(true);
});

test('a rollback wants a reason, shows the way back, and then the count', async () => {
  signedShop();
  const install = {
    id: 'a'.repeat(32),
    host: 'web01',
    kind: 'install',
    planDigest,
    bootId: 'b',
    machineId: 'm',
  } as const;
  desk.engine.happenAll([
    {type: 'job.intended', data: {job: install}},
    phase('web01', 'failed', 'nginx.service is failed'),
    {
      type: 'host.trouble',
      data: {
        host: 'web01',
        trouble: {
          code: 'host.regression',
          what: 'nginx.service is failed',
          next: 'roll it back',
          suspects: [openssl.id],
        },
      },
    },
  ]);
  const console = await desk.open({stage: 'deploy'});
  await console.until('suspect');
  await console.send('R');
  await console.send('nginx fell over\r');
  const frame = await console.until('Roll back 1 host');
  expect(frame).toContain('full');
  await console.send('1\r');
  await console.until('rolling back');
  expect(desk.engine.commands).toEqual([{type: 'roll-back', hosts: ['web01'], reason: 'nginx fell over'}]);
  // What was blamed can still be blocked when the trouble is gone.
  desk.engine.happenAll([
    {type: 'host.trouble-cleared', data: {host: 'web01'}},
    phase('web01', 'rolled back'),
  ]);
  await console.until('rolled back');
  await console.send('B');
  await console.send('it broke nginx\ry');
  await console.until('blocked');
  expect(desk.engine.commands.at(-1)).toEqual({type: 'block', patch: openssl.id, reason: 'it broke nginx'});
});

test('a console that only reads changes nothing and says why', async () => {
  signedShop();
  const console = await desk.open({stage: 'deploy', mode: 'read-only'});
  expect(console.frame()).toContain('READ-ONLY');
  await console.send('D');
  await console.until(/this\s+console only reads: another one holds the run/);
  expect(desk.engine.commands).toEqual([]);
});

test('a console that follows takes the run over when the one that held it is gone, and after a y', async () => {
  signedShop();
  desk.engine.holder = 'answers';
  const console = await desk.open({stage: 'deploy', mode: 'read-only'});
  expect(console.frame()).not.toContain('take over');
  await console.send('O');
  await console.until(/that\s+holds\s+the\s+run\s+still\s+answers/);
  desk.engine.holder = 'gone';
  desk.engine.signal('web01', 'looked at');
  await console.until('O take over');
  await console.send('O');
  await console.until(/Take run \S+ over\?/);
  await console.send(keys.enter);
  expect(console.takenOver()).toBe(false);
  await console.send('y');
  expect(console.takenOver()).toBe(true);
  expect(desk.engine.commands).toEqual([]);
});

test('closing the run wants a reason and a y', async () => {
  signedShop();
  const console = await desk.open({stage: 'verify'});
  await console.send('C');
  await console.send('done for tonight\r');
  await console.until('Close the run?');
  await console.send(keys.enter);
  expect(desk.engine.commands).toEqual([]);
  await console.send('y');
  await console.until('the run is closed');
  expect(desk.engine.commands).toEqual([{type: 'close', reason: 'done for tonight'}]);
});

/** An engine that answers when it is told to. */
const slow = () => {
  let go: (() => void) | undefined;
  const submit = desk.engine.submit.bind(desk.engine);
  desk.engine.submit = async command => {
    await new Promise<void>(resolve => (go = resolve));
    return await submit(command);
  };
  return {answer: (): void => go?.()};
};

test('while the engine works at a word the console says so, and stop does not wait for it', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  const hold = slow();
  await console.send('Lw');
  await console.until('locking the plan: what it changes is simulated on');
  await console.send('X');
  await console.until('Nothing is running.');
  await console.send(keys.esc);
  hold.answer();
  await console.until('the plan is locked');
});

test('keys typed long before the engine answered are forgotten: they were meant for another screen', async () => {
  let ahead = 0;
  desk.engine.now = () => Date.now() + ahead;
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize', now: desk.engine.now});
  await console.until('openssl');
  const hold = slow();
  await console.send('Lw');
  await console.send('Lw');
  ahead = 2000;
  hold.answer();
  await console.until('the plan is locked');
  expect(desk.engine.commands.map(({type}) => type)).toEqual(['lock-plan']);
  expect(console.frame()).not.toContain('May a host reboot');
});
