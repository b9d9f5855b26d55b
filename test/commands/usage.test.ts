import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {makePlace, type Place} from './program.ts';
import {expectFitForPeople, expectRefusal} from './refusal.ts';

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.remove());

/** The commands that a `--help` lists, `help` itself apart. */
const commandsOf = (help: string): string[] =>
  [...(help.split('Commands:\n')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = '']) => name)
    .filter(name => name !== 'help');

describe('a word that is not known', () => {
  it('a command with a typing mistake is refused with what was meant, and no console opens on a host of that name', async () => {
    expectRefusal(await place.run('scna', '--json'), {
      exit: 2,
      code: 'usage',
      says: [
        /^("scna" is no command|patchdeck: "scna" is no command)/,
        /did you mean scan\?/,
        /nothing was done/,
      ],
      next: /patchdeck --help/,
    });
  });

  it.each([
    [
      ['scan', '--jsn', '--json'],
      /unknown option '--jsn' \(did you mean --json\?\); nothing was done/,
      /scan --help/,
    ],
    [['deploy', '--yess', '--json'], /unknown option '--yess' \(did you mean --yes\?\)/, /deploy --help/],
    [['rollback', '--json'], /missing required argument 'hosts'; nothing was done/, /rollback --help/],
    [['runs', 'close', '--json'], /required option '--reason <text>'/, /runs --help/],
    [['policy', 'a.yaml', 'b.yaml', '--json'], /too many arguments/, /policy --help/],
    [['--json', 'scan'], /flags come after the command: patchdeck scan/, /scan --help/],
    [['scan', '--json', '--exclude'], /option '--exclude <pattern>' argument missing/, /scan --help/],
  ])('%j says what is wrong and where to look', async (args, says, next) => {
    expectRefusal(await place.run(...args), {exit: 2, code: 'usage', says: [says], next});
  });

  it('without --json it is said on stderr alone', async () => {
    const ended = await place.run('scan', '--jsn');
    expect(ended).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        "patchdeck scan: unknown option '--jsn' (did you mean --json?); nothing was done\n  next: see `patchdeck scan --help`\n",
    });
  });
});

describe('a value that does not fit', () => {
  it.each([
    [['scan', '--concurrency', '0'], /--concurrency/],
    [['scan', '--concurrency', 'many'], /--concurrency/],
    [['scan', '--failures-allowed', '-1'], /--failures-allowed/],
    [['scan', '--operator', ' '], /--operator/],
    [['scan', '--accept-host-key', 'yes'], /--accept-host-key: a fingerprint as ssh prints it/],
    [['demo', '--headless', '--speed', '0'], /--speed/],
  ])('%j names the flag; nothing is written', async (args, says) => {
    expectRefusal(await place.run(...args, '--json'), {
      exit: 2,
      code: 'flags.invalid',
      says: [says, /nothing was done/],
      next: /--help/,
    });
    expect(existsSync(place.stateDir)).toBe(false);
  });

  it.each([
    ...['scan', 'plan', 'test', 'deploy', 'verify', 'report', 'runs'].map(command => [command, '../x']),
    ['deploy', '/etc/passwd'],
    ['deploy', '20260101-0000-abcd/..'],
    ['deploy', ''],
  ])('%s --run %j is no way into another folder', async (command, id) => {
    expectRefusal(await place.run(command, '--run', id, '--json'), {
      exit: 2,
      code: 'run.bad-id',
      says: [/is not the id of a run/, /nothing was opened/],
      next: /patchdeck runs/,
    });
  });

  it('--run with an id that no run has is refused, by the list of runs too', async () => {
    for (const command of ['deploy', 'report', 'runs']) {
      expectRefusal(await place.run(command, '--run', '20260101-0000-abcd', '--json'), {
        exit: 2,
        code: 'run.unknown',
        says: [/there is no run 20260101-0000-abcd/, /nothing was opened/],
        next: /patchdeck runs/,
      });
    }
  });
});

describe('help', () => {
  it('of every command, and of those within commands, has an example', async () => {
    const top = await place.run('--help');
    const commands = commandsOf(top.stdout);
    expect(commands).toEqual(expect.arrayContaining(['open', 'demo', 'scan', 'deploy', 'doctor']));
    const without: string[] = [];
    for (const command of ['', ...commands]) {
      const help = await place.run(...(command === '' ? [] : [command]), '--help');
      expect(help.exit).toBe(0);
      const inner = command === '' ? [] : commandsOf(help.stdout);
      for (const name of inner) {
        const deeper = await place.run(command, name, '--help');
        if (!/\nExamples?:\n {2}patchdeck /.test(deeper.stdout)) without.push(`${command} ${name}`);
      }
      if (!/\nExamples?:\n {2}patchdeck /.test(help.stdout)) without.push(command);
    }
    expect(without).toEqual([]);
  }, 60_000);

  it('of a command that there is not exits with 2 and shows what there is', async () => {
    const ended = await place.run('help', 'scna');
    expect(ended.exit).toBe(2);
    expect(ended.stderr).toContain('Commands:');
    expectFitForPeople(ended);
  });
});

describe('without a terminal', () => {
  it.each([[[]], [['open']], [['open', 'web1']], [['demo']]])(
    'patchdeck %j says to use the subcommands, and names them',
    async args => {
      expectRefusal(await place.run(...args, '--json'), {
        exit: 2,
        code: 'terminal.none',
        says: [/the console needs a terminal/],
        next: /scan, plan, test, deploy, verify/,
      });
    },
  );
});
