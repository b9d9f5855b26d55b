import {afterAll, beforeAll, expect, test} from 'vitest';
import {openTerminal, type RealTerminal} from './terminal.ts';

/** A whole run on the demo fleet, by hand, at 80x24: each test is one screen and goes on where the one before left. */
let terminal: RealTerminal;
const enter = '\r';
const minutes = 60_000;

beforeAll(async () => {
  terminal = openTerminal('node', ['bin/patchdeck.js', 'demo', '--speed', '12'], {columns: 80, rows: 24});
  await terminal.until('b begins the scan');
}, minutes);
afterAll(async () => {
  terminal.kill();
  await terminal.exited;
});

test(
  'Identify: the fleet is scanned, and the host that does not answer is left out with a reason',
  async () => {
    expect(terminal.screen()).toMatch(/\[1 Identify\].*DEMO/);
    terminal.send('b');
    await terminal.until('23 of 24 answered', minutes);
    await terminal.until(/b begin scan|trouble \(!\)/);
    terminal.send('!');
    await terminal.until('refused the connection');
    terminal.send(enter);
    await terminal.until(/host=mail1 +1\/24/);
    terminal.send('l');
    await terminal.until('Leave 1 host out of this run');
    terminal.send(`its disk is broken${enter}`);
    await terminal.until('23 of 23 answered');
  },
  2 * minutes,
);

test(
  'Prioritize: every security patch is chosen and the plan is locked',
  async () => {
    terminal.send('2');
    await terminal.until('b ranks what the scan found');
    terminal.send('b');
    await terminal.until(/0 of \d+ chosen/, minutes);
    expect(await terminal.until('nginx')).toMatch(/> +\d+ +! kev +nginx/);
    terminal.send(`/is:security${enter}`);
    await terminal.until('/ is:security   ');
    terminal.send('a');
    await terminal.until(/16 of \d+ chosen/);
    terminal.send('L');
    await terminal.until('May a host reboot where a patch needs it?');
    terminal.send('w');
    await terminal.until(/plan [0-9a-f]{8} r1/, minutes);
  },
  2 * minutes,
);

test(
  'Test: a canary regresses, is rolled back, its version is blocked, and the next test is signed off',
  async () => {
    terminal.send('3');
    await terminal.until('0 of 22 hosts ready');
    terminal.send('T');
    await terminal.until(/type 3 or demo-shop/);
    terminal.send(enter);
    await terminal.until('type 3 or demo-shop, then Enter; esc goes back');
    terminal.send(`3${enter}`);
    await terminal.until('2 of 3 canaries healthy   incomplete', 2 * minutes);
    expect(await terminal.until('suspect')).toMatch(/web1 .* x {2}failed/);
    terminal.send('R');
    await terminal.until('Roll 1 host back: why?');
    terminal.send(`php broke${enter}`);
    await terminal.until('type 1 or demo-shop');
    terminal.send(`demo-shop${enter}`);
    await terminal.until(/web1 .* rolled back/, minutes);
    await terminal.until(/as before/, minutes);
    terminal.send('B');
    await terminal.until(/Block php8\.2/);
    terminal.send(`it broke the canary${enter}`);
    await terminal.until(/Block php8\.2 .*\?/);
    terminal.send('y');
    await terminal.until('blocked. Next: lock the plan anew');
    terminal.send('2');
    await terminal.until(/15 of \d+ chosen/);
    terminal.send('L');
    await terminal.until('May a host reboot');
    terminal.send('w');
    await terminal.until(/plan [0-9a-f]{8} r2/, minutes);
    terminal.send('3');
    await terminal.until(/\[3 Test\]/);
    terminal.send('T');
    await terminal.until(/type \d+ or demo-shop/);
    terminal.send(`demo-shop${enter}`);
    await terminal.until('not signed off (o)', 2 * minutes);
    terminal.send('o');
    await terminal.until('Sign test off');
    terminal.send(`the canaries are healthy${enter}`);
    await terminal.until('signed off by');
  },
  5 * minutes,
);

test(
  'Deploy: phases, real percentages and a log are seen, and every host ends',
  async () => {
    terminal.send('4');
    await terminal.until('not started');
    terminal.send('D');
    await terminal.until(/type \d+ or demo-shop/);
    expect(terminal.screen()).toMatch(/wave 1 +│/);
    terminal.send(`demo-shop${enter}`);
    await terminal.until(/~ {2}installing +█/, minutes);
    await terminal.until(/wave \d of 3/);
    terminal.send('g');
    terminal.send(enter);
    await terminal.until(/Log of \w+ +following/);
    terminal.send('\u001b');
    await terminal.until(/100 % {2}ended .*: complete/, 3 * minutes);
    expect(terminal.screen()).toMatch(/22\/22 done/);
  },
  4 * minutes,
);

test(
  'Verify: every host is proven, the run is signed off and closed, and q leaves',
  async () => {
    terminal.send('5');
    await terminal.until('0 of 22 hosts proven');
    terminal.send('b');
    await terminal.until('22 of 22 hosts proven to be as planned', 2 * minutes);
    terminal.send('o');
    await terminal.until('Sign verify off');
    terminal.send(`all as planned${enter}`);
    await terminal.until('signed off by');
    terminal.send('C');
    await terminal.until('Close run');
    terminal.send(`done${enter}`);
    await terminal.until('Close the run?');
    terminal.send('y');
    await terminal.until('run closed: done', minutes);
    terminal.send('q');
    expect(await terminal.exited).toBe(0);
  },
  3 * minutes,
);
