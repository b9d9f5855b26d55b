import {expect, test} from 'vitest';
import {
  begin,
  deployingShop,
  ended,
  host,
  phase,
  planDigest,
  rankedShop,
  scanned,
  scannedShop,
  shop,
  summary,
  testedShop,
} from './fleet.ts';
import type {Body} from '../../src/record/event.ts';
import {deskForEach, keys} from './harness.tsx';

const desk = deskForEach();

test('every empty screen says what it is for and which key starts it, a blocked one why it is', async () => {
  const console = await desk.open();
  for (const [key, purpose, start] of [
    ['1', 'Identify asks every host', 'b begins the scan'],
    ['2', 'Prioritize ranks', 'b ranks what the scan found'],
    ['3', 'Test proves the plan', 'T starts it'],
    ['4', 'Deploy installs the tested plan in waves', 'D starts it'],
    ['5', 'Verify asks every planned host again', 'b begins'],
  ] as const) {
    await console.send(key);
    const frame = await console.until(purpose);
    expect(frame).toContain(start);
    if (key !== '1') expect(frame).toContain('Not yet: no host was scanned yet.');
  }
});

test('a blocked stage stays in the trail and says what opens it', async () => {
  scannedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  const frame = await console.until('Not yet: 1 host did not answer: web02');
  expect(frame).toContain('leave each of them out by name');
  expect(frame).toContain('[2 Prioritize]');
});

test('the console opens on the stage that runs', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  expect(console.frame()).toContain('[4 Deploy]~');
});

test('Identify shows what is exposed, and marks what nobody knows with a question mark', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  const frame = console.frame();
  expect(frame).toContain('3 of 4 answered   1 silent   2 exposed, 10 security fixes');
  expect(frame).toMatch(/web02 +x {2}no answer +\? +\?/);
  expect(frame).toMatch(/web10 +ok clean +0 +0/);
});

test('Identify marks a host of which nobody can say whether it wants a reboot', async () => {
  scannedShop(desk.engine);
  desk.engine.happenAll([
    scanned('db1', {rebootUnknown: 'whether it wants a reboot is not known: no plugin'}),
  ]);
  const console = await desk.open({columns: 100});
  const frame = console.frame();
  expect(frame).toMatch(/web01 .* 0 {2}wanted +now/);
  expect(frame).toMatch(/db1 .* 0 {2}\? +now/);
  expect(frame).toMatch(/web10 .* 0 +now/);
});

test('below the table stands what the scan of a host is at', async () => {
  begin(desk.engine, shop);
  desk.engine.signal('db1', 'refreshing package lists of zypper');
  const console = await desk.open();
  await console.until(/now +refreshing package lists of zypper/);
  desk.engine.happenAll([scanned('db1'), ended('identify')]);
  expect(await console.until(/pending +12 updates/)).not.toContain('refreshing');
});

test('below the table stands in full what a host is doing, and what came of it', async () => {
  const note = `12 packages and healthy; ${'edited configuration was put aside: '.repeat(2)}/etc/web.rpmsave`;
  deployingShop(desk.engine);
  desk.engine.happenAll([phase('db1', 'done', note)]);
  const console = await desk.open();
  await console.until(/now +libssl3, 2 of 3/);
  await console.send('3');
  await console.until(/now +libssl3, 2 of 3|outcome/);
  await console.send('4G');
  await console.until(/outcome +12 packages and healthy; [^]*web\.rpmsave/);
});

test('Enter on a host shows what is pending there, with origin and what to do about what is held', async () => {
  begin(desk.engine, [host('web01')]);
  const scan = {
    v: 1,
    host: 'web01',
    at: new Date().toISOString(),
    facts: {
      os: {id: 'debian', version: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)'},
      arch: 'amd64',
      kernel: {running: '6.1.0-37-amd64', newest: '6.1.0-38-amd64'},
      bootId: 'b',
      machineId: 'm',
      container: null,
      clock: Date.now() / 1000,
      timeZone: 'Europe/Vienna',
      managers: ['apt'],
      held: ['nginx'],
      automatic: [],
      broken: [],
      rebootWanted: ['linux-image-amd64'],
    },
    baseline: {
      at: new Date().toISOString(),
      servicesUnknown: 'nobody tells of services',
      failedUnits: [],
      activeServices: [],
      socketsUnknown: 'nobody tells of sockets',
      sockets: [],
      mounts: ['/'],
      disks: [],
      load: 0.1,
      availableBytes: 1024,
    },
    updates: [
      {
        manager: 'apt',
        name: 'nginx',
        arch: 'amd64',
        installed: '1.22.1-9',
        candidate: '1.22.1-9+deb12u3',
        source: 'nginx',
        sourceVersion: '1.22.1-9+deb12u3',
        origin: 'Debian-Security:12/oldstable-security',
        security: true,
        advisories: [
          {id: 'RHSA-2026:1', severity: 'high', cves: ['CVE-2026-1001', 'CVE-2026-1002', 'CVE-2026-1003']},
        ],
        notInstalled: 'held',
      },
    ],
    installed: [],
  };
  desk.engine.happenAll([
    scanned(
      'web01',
      summary({os: 'Debian GNU/Linux 12 (bookworm)', rebootUnknown: 'no plugin says so'}),
      desk.engine.keep(scan),
    ),
    ended('identify'),
  ]);
  const console = await desk.open({rows: 30});
  await console.send(keys.enter);
  const frame = await console.until('1 update pending');
  expect(frame).toContain('1.22.1-9 > 1.22.1-9+deb12u3');
  expect(frame).toMatch(/Debian-Security:12/);
  expect(frame).toContain('RHSA-2026:1 (high): CVE-2026-1001, CVE-2026-1002 and 1 more');
  expect(frame).toContain('not installed: held. Next: ask its owner why it is held, then\n');
  expect(frame).toMatch(/reboot wanted by\s+linux-image-amd64/);
  expect(frame).toMatch(/reboot +no plugin says so/);
  expect(frame).toMatch(/packages +0 by apt, 0 automatic, held: nginx/);
  expect(frame).toMatch(/failed +not known: nobody tells of services/);
  expect(frame).toMatch(/listens +not known: nobody tells of sockets/);
  expect(frame).toMatch(/CES?T there at the scan|GMT\+[12] there at the scan/);
});

test('Enter on a jump host shows that it goes last, alone, and for whom; on one behind it the way there', async () => {
  const reach = (...jumps: string[]): NonNullable<ReturnType<typeof summary>['reach']> => ({
    transport: 'ssh2',
    because: 'nothing needs more',
    jumps: jumps.map(name => ({name, address: name, port: 22})),
  });
  begin(desk.engine, shop);
  desk.engine.happenAll([
    scanned('web01', {reach: reach()}),
    scanned('db1', {reach: reach('web01')}),
    ended('identify'),
  ]);
  const console = await desk.open({rows: 30});
  // db1, which is critical, is on top.
  await console.send(keys.enter);
  expect(await console.until('ssh2 through')).toMatch(/reached +by ssh2 through web01/);
  await console.send(keys.esc);
  await console.send('/');
  await console.send('web01');
  await console.send(keys.enter);
  await console.until('1/4');
  await console.send(keys.enter);
  const frame = await console.until('goes last');
  expect(frame).toMatch(/order +goes last, alone: 1 host is reached through it/);
  expect(frame).toMatch(/\blast 1\b/);
});

test('Enter on a patch shows why it ranks there and what could not be taken into account', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send(keys.enter);
  const frame = await console.until('openssl 3.0.17-1~deb12u2');
  expect(frame).toContain('CVE-2026-1234 exploited since 2026-01-02');
  expect(frame).toMatch(/used by\s+ransomware/);
  expect(frame).toMatch(/unknown +EPSS/);
});

test('w shows what the chosen patches leave open', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send('w');
  const frame = await console.until('What stays open');
  expect(frame).toMatch(/exploited +openssl/);
  expect(frame).toMatch(/unranked +acme-agent: too little is known/);
});

test('Test shows who is a canary, who is ready, and how good each way back is', async () => {
  testedShop(desk.engine);
  const console = await desk.open({stage: 'test'});
  expect(console.frame()).toContain('3 of 3 hosts ready   1 of 1 canary healthy   not signed off (o)');
  expect(console.frame()).toMatch(/db1 +wave 3 +ok ready +partial/);
});

test('Test shows the least critical host as the canary where none is marked', async () => {
  testedShop(
    desk.engine,
    shop.map(host => ({...host, canary: false})),
  );
  const console = await desk.open({stage: 'test'});
  expect(console.frame()).toContain('1 of 1 canary healthy');
  expect(console.frame()).toMatch(/web01 +canary +ok ready +full/);
  expect(console.frame()).toMatch(/db1 +wave 3 /);
});

test('where the only host of a plan failed its test, that is to be mended, and nothing to be verified', async () => {
  rankedShop(desk.engine);
  desk.engine.happenAll([
    {
      type: 'plan.locked',
      data: {digest: planDigest, revision: 1, hosts: 1, changes: 3, reboot: 'never', reason: ''},
    },
    {type: 'host.planned', data: {host: 'web01', planDigest, changes: 3}},
    {type: 'stage.started', data: {stage: 'test'}},
    phase('web01', 'failed', 'libssl3 could not be fetched'),
    {type: 'stage.ended', data: {stage: 'test', outcome: 'incomplete', summary: 'not ready: web01'}},
  ]);
  const console = await desk.open({stage: 'test'});
  expect(await console.until('Next: look at what failed (!)')).not.toContain('verify (5');
});

test('Deploy shows phase, real percentages and what the host is doing', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  const frame = console.frame();
  expect(frame).toContain('wave 2 (1 of 2)  0/1 done  0 failed (0 allowed)   all 1/3 done   1 at work');
  expect(frame).toMatch(/web10 +~ {2}installing +#+-+ +64 % +1:1\d +libssl3, 2 of 3/);
  expect(frame).toMatch(/#+-+ +33 % {2}running 1:1\d, ends about \d\d:\d\d \w+/);
  desk.engine.signal('web10', 'Setting up openssl', 92);
  await console.until('92 %');
});

test('Enter on Deploy follows the log of the host, cleaned', async () => {
  deployingShop(desk.engine);
  desk.engine.logs.set('web10', `Unpacking openssl\n\u001b[31mSetting up\u001b[0m libssl3\n`);
  const console = await desk.open();
  await console.send(keys.enter);
  const frame = await console.until('Setting up libssl3');
  expect(frame).toContain('following, 1-2 of 2');
  desk.engine.logs.set('web10', Array.from({length: 80}, (_, i) => `line ${i + 1}`).join('\n'));
  await console.until('line 80');
  await console.send('g');
  await console.until(/ line 1$/m);
  desk.engine.logs.set('web10', Array.from({length: 90}, (_, i) => `line ${i + 1}`).join('\n'));
  await console.until('of 90');
  expect(console.frame()).toMatch(/ line 1$/m);
  await console.send('G');
  await console.until('line 90');
  expect(console.frame()).toContain('following');
});

test('Esc closes one layer and nothing more', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  await console.send('/web\r');
  await console.until('/ web');
  await console.send('?');
  await console.until('Keys of Deploy');
  await console.send('!');
  await console.until('No trouble');
  await console.send(keys.esc);
  await console.until('Keys of Deploy');
  await console.send(keys.esc);
  await console.until('/ web');
  await console.send(keys.esc);
  await console.untilGone('/ web');
  expect(console.left()).toBe(false);
});

test('! lists hosts with the same trouble as one row, worst first, and goes to them', async () => {
  begin(desk.engine, [host('a'), host('b'), host('c'), host('d')]);
  const trouble = {code: 'ssh.refused', what: 'connection refused', next: 'start its sshd, then scan again'};
  desk.engine.happenAll([
    ...['a', 'b', 'c'].map(name => ({type: 'host.unreachable', data: {host: name, trouble}}) as const),
    phase('d', 'failed', 'postinst of nginx: 1'),
    ended('identify'),
  ]);
  const console = await desk.open();
  expect(console.frame()).toContain('4 hosts have trouble (!)');
  await console.send('!');
  const frame = await console.until('Trouble: 2 kinds, worst first');
  expect(frame.indexOf('postinst of nginx')).toBeLessThan(frame.indexOf('connection refused'));
  expect(frame).toContain('3 hosts');
  await console.send('j');
  await console.until(/next +start its sshd/);
  await console.send(keys.enter);
  await console.until('3 hosts, a selects them. Next: start its sshd');
  expect(console.frame()).toMatch(/ 3\/4 +sort/);
});

test('? is made from the table of keys and says what cannot be done now', async () => {
  testedShop(desk.engine);
  const console = await desk.open({stage: 'deploy', rows: 90});
  await console.send('?');
  const frame = await console.until('Keys of Deploy');
  expect(frame).toContain('deploy the tested plan');
  expect(frame).toContain('not now: nobody signed the test off');
  expect(frame).toContain('fields here: host, group');
});

test(': finds an action by its name and does it', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send(':reverse\r');
  await console.until('sort: host v');
  await console.send(':');
  await console.send('nonsense');
  await console.until('No action has this name.');
});

test('an interrupted stage is the first thing a new console says', async () => {
  deployingShop(desk.engine);
  desk.engine.happen({
    type: 'stage.ended',
    data: {stage: 'deploy', outcome: 'stopped', summary: 'the console went away'},
  });
  desk.engine.interrupted = true;
  const console = await desk.open();
  expect(console.frame()).toContain('deploy was interrupted. Hosts finish what was started');
  await console.send('D');
  await console.until('Go on deploying plan abababab');
});

test('what the store mended is said, and an engine that stopped', async () => {
  desk.engine.notices = ['the last line of the journal was torn off and dropped'];
  const console = await desk.open();
  expect(console.frame()).toContain('the last line of the journal was torn off');
  await console.send('j');
  await console.untilGone('the last line of the journal');
  await console.send('!');
  await console.until('the last line of the journal');
  desk.engine.failed = 'the disk is full; hosts at work finish by themselves';
  desk.engine.signal('x', '');
  await console.until('the disk is full');
});

test('m shows how far each wave is', async () => {
  deployingShop(desk.engine);
  const console = await desk.open();
  await console.send('m');
  const frame = await console.until('Waves');
  expect(frame).toMatch(/canaries +\| tested +\| 1 +\| 1 /);
  expect(frame).toMatch(/wave 2 +\| running +\| 1 +\| 0 +\| 0 +\| 1 +\| 0 /);
  expect(frame).toMatch(/wave 3 +\| waits +\| 1 /);
  await console.send(keys.esc);
  await console.untilGone('Waves');
});

test('the time of a host that is done is that of its upgrade, however long ago it was staged', async () => {
  testedShop(desk.engine);
  const job = (kind: 'stage' | 'install', digit: string): Body => ({
    type: 'job.intended',
    data: {job: {id: digit.repeat(32), host: 'db1', kind, planDigest, bootId: 'b', machineId: 'm'}},
  });
  desk.engine.happenAll([job('stage', 'a')], 13 * 3_600_000);
  desk.engine.happenAll([job('install', 'b')], 90_000);
  desk.engine.happen(phase('db1', 'done', '3 packages'));
  const console = await desk.open({stage: 'deploy'});
  expect(console.frame()).toMatch(/db1 +ok done +1:30/);
});

test('what was not verified is not said to be without findings', async () => {
  deployingShop(desk.engine);
  const console = await desk.open({stage: 'verify'});
  expect(console.frame()).toMatch(/findings +not asked yet/);
});

test('a rollback is not offered for a host at work', async () => {
  deployingShop(desk.engine);
  desk.engine.happen({
    type: 'job.intended',
    data: {
      job: {id: 'c'.repeat(32), host: 'web10', kind: 'install', planDigest, bootId: 'b', machineId: 'm'},
    },
  });
  const console = await desk.open({stage: 'deploy'});
  await console.send('/web10\r');
  expect(console.frame()).not.toContain('R roll back');
});

test('! names what was set aside too: no trouble is not the same as all done', async () => {
  rankedShop(desk.engine);
  desk.engine.happen({type: 'version.blocked', data: {patch: 'apt:php@8', reason: 'php fell over'}});
  const console = await desk.open();
  await console.send('!');
  const frame = await console.until('nothing is broken now; not done either:');
  expect(frame).toMatch(/1 host +left out: being repaired/);
  expect(frame).toContain('php 8 is blocked: php fell over');
});

test('closing a run says what it leaves undone', async () => {
  testedShop(desk.engine);
  const console = await desk.open({stage: 'verify'});
  await console.send('C');
  const frame = await console.until('Close run r1');
  expect(frame).toContain('Never begun: deploy, verify.');
  expect(frame).toContain('Not signed off: test.');
  expect(frame).toContain('Not patched or handed over: web02.');
});

test('the table does not say twice that a patch is exploited or a security fix', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  const frame = await console.until('openssl');
  expect(frame).toMatch(/! kev +openssl 3\.0\.17-1~deb12u2 +2 face the net /);
  expect(frame).toMatch(/why +exploited, 2 face the net/);
});
